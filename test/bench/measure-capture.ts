// jtrace alone on a workload: how many stacks of Java threads are complete, what was lost, what it cost.

import { startJtrace, type JtraceRun } from './run-jtrace.ts';
import type { TapNotes } from './tap.ts';

export interface UnfinishedDetail {
  readonly reason: string;
  readonly detail: string;
  readonly thread: string;
  readonly top: string;
  readonly samples: number;
  /** Of the last of them: what is lost at a run's end is another matter than what is lost within it. */
  readonly beforeEndMs: number;
}

export interface CaptureFigures {
  readonly seconds: number;
  readonly samples: number;
  /** Of threads of which at least one sample has Java frames. */
  readonly javaSamples: number;
  readonly complete: number;
  readonly approximate: number;
  readonly unfinished: number;
  readonly approximateReasons: Readonly<Record<string, number>>;
  readonly unfinishedReasons: Readonly<Record<string, number>>;
  /** Unfinished samples of threads without any Java frames: GC, compilers, the VM's own. */
  readonly otherThreads: { readonly samples: number; readonly unfinished: number };
  readonly lostEvents: number;
  readonly brokenSamples: number;
  /** Shares of one core, while sampling. */
  readonly jtraceCore: number;
  readonly bpftraceCore: number;
  readonly probeCore: number;
  readonly probeUs: number;
  readonly jtraceStartSeconds: number;
  readonly details: readonly UnfinishedDetail[];
}

export async function measureCapture(pid: number, seconds: number, rateHz: number): Promise<CaptureFigures> {
  const jtrace = await startJtrace(pid, { duration: `${seconds}s`, rateHz });
  return captureFigures(await jtrace.finish('wait'));
}

export function captureFigures(run: JtraceRun): CaptureFigures {
  const { notes, cost } = run;
  const javaTids = new Set(notes.tid.filter((_, i) => notes.hasJava[i]));
  const kinds = { complete: 0, approximate: 0, unfinished: 0 };
  const reasons: Record<string, Record<string, number>> = {};
  const otherThreads = { samples: 0, unfinished: 0 };
  notes.tid.forEach((tid, i) => {
    const outcome = notes.outcomes[notes.outcome[i] ?? -1];
    if (outcome === undefined) throw new Error(`sample ${i} has no outcome`);
    if (!javaTids.has(tid)) {
      otherThreads.samples += 1;
      if (outcome.kind === 'unfinished') otherThreads.unfinished += 1;
      return;
    }
    kinds[outcome.kind] += 1;
    const of = (reasons[outcome.kind] ??= {});
    of[outcome.reason] = (of[outcome.reason] ?? 0) + 1;
  });
  const windowNs = run.durationMs * 1e6;
  return {
    seconds: run.durationMs / 1000,
    samples: notes.tid.length,
    javaSamples: notes.tid.length - otherThreads.samples,
    ...kinds,
    approximateReasons: reasons['approximate'] ?? {},
    unfinishedReasons: reasons['unfinished'] ?? {},
    otherThreads,
    lostEvents: run.lostEvents,
    brokenSamples: run.brokenSamples,
    jtraceCore: cost.jtraceCpuNs / windowNs,
    bpftraceCore: cost.cpuNs / windowNs,
    probeCore: cost.probeNs / windowNs,
    probeUs: cost.probeNs / Math.max(1, notes.tid.length) / 1000,
    jtraceStartSeconds: cost.jtraceStartCpuNs / 1e9,
    details: unfinishedDetails(notes),
  };
}

function unfinishedDetails(notes: TapNotes): UnfinishedDetail[] {
  const found = new Map<string, UnfinishedDetail>();
  const endNs = notes.timeNs.reduce((last, timeNs) => Math.max(last, timeNs), 0);
  notes.tid.forEach((_, i) => {
    const outcome = notes.outcomes[notes.outcome[i] ?? -1];
    if (outcome?.kind !== 'unfinished') return;
    const { reason, detail } = outcome;
    const [thread = '', top = ''] = [notes.comm[i], notes.top[i]];
    const key = JSON.stringify([reason, detail, thread, top]);
    const beforeEndMs = Math.round((endNs - (notes.timeNs[i] ?? 0)) / 1e6);
    found.set(key, { reason, detail, thread, top, samples: (found.get(key)?.samples ?? 0) + 1, beforeEndMs });
  });
  return [...found.values()].sort((a, b) => b.samples - a.samples);
}
