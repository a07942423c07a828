// What `jtrace watch` costs while nothing happens: other programs' calls with and without it, in alternation; its own programs' time in the kernel,
// by the kernel's count; jtrace's and bpftrace's CPU and memory.

import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { countRuns } from '../../../src/bpftrace/count-runs.ts';
import { loadedObjects } from '../../../src/bpftrace/loaded-objects.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { withCompiledAsync } from '../../support/machine-code.ts';
import { startJtrace } from '../../support/run-jtrace.ts';
import { cpuTime, peakBytes } from '../process-cost.ts';
import type { Section, SectionOptions, SectionResult, Table } from '../section.ts';
import { megabytes, percent } from '../units.ts';

/** A call each, and how often. */
const CALLS = { getppid: 1_000_000, open: 100_000, mmap: 100_000 } as const;
type Call = keyof typeof CALLS;
const CALL_NAMES = Object.keys(CALLS) as Call[];

export const WATCH_SECTION: Section = {
  name: 'watch',
  what: 'jtrace watch: other programs’ system calls with and without it, its time in the kernel, its own CPU',
  document: 'docs/watch.md',
  measure,
};

interface Cost {
  readonly bpftrace: string;
  readonly calls: Readonly<Record<Call, { readonly without: number; readonly with_: number }>>;
  /** Of a run of any of its programs while the calls were made. */
  readonly runNs: number;
  readonly jtraceCore: number;
  readonly bpftraceCore: number;
  readonly jtraceBytes: number;
  readonly bpftraceBytes: number;
}

async function measure(options: SectionOptions): Promise<SectionResult> {
  const costs: Cost[] = [];
  await withCompiledAsync('syscall-costs.c', ['-O2'], async (program) => {
    for (const path of bpftracesAtHand()) {
      const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim().replace('bpftrace v', '');
      options.log(version);
      costs.push(await costOf(path, version, program, options.quick));
    }
  });
  return {
    tables: [callTable(costs), ownTable(costs)],
    notes: [
      'CPU time of a call without jtrace, and with it: medians of three rounds in alternation. No JVM started meanwhile. The time of a run is the kernel’s own count ' +
        '(`kernel.bpf_stats_enabled`, on only while it is measured), which costs some 20 ns itself.',
    ],
    data: costs,
  };
}

async function costOf(bpftrace: string, version: string, program: string, quick: boolean): Promise<Cost> {
  const [without, with_] = [new Samples(), new Samples()];
  let [own, runNs] = [{ jtraceCore: 0, bpftraceCore: 0, jtraceBytes: 0, bpftraceBytes: 0 }, 0];
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    without.take(program, quick);
    const watch = startJtrace(['watch', '--bpftrace', bpftrace]);
    try {
      await watch.said('TIME');
      await sleep(1000);
      with_.take(program, quick);
      if (round === 0) {
        const child = bpftraceOf(watch.pid);
        own = await idleCost(watch.pid, child, quick ? 1 : 10);
        runNs = await timeOfRun(child, () => with_.take(program, quick, false));
      }
    } finally {
      await watch.stop();
    }
  }
  const calls = Object.fromEntries(
    CALL_NAMES.map((call) => [call, { without: without.median(call), with_: with_.median(call) }]),
  );
  return { bpftrace: version, calls: calls as Cost['calls'], runNs, ...own };
}

class Samples {
  readonly #ns: Record<Call, number[]> = { getppid: [], open: [], mmap: [] };

  take(program: string, quick: boolean, keep = true): void {
    for (const call of CALL_NAMES) {
      const { stdout } = spawnSync(program, [call, String(quick ? 10_000 : CALLS[call])], { encoding: 'utf8' });
      if (keep) this.#ns[call].push(Number(stdout));
    }
  }

  median(call: Call): number {
    const sorted = this.#ns[call].toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? Number.NaN;
  }
}

async function idleCost(
  jtrace: number,
  bpftrace: number,
  seconds: number,
): Promise<Pick<Cost, 'jtraceCore' | 'bpftraceCore' | 'jtraceBytes' | 'bpftraceBytes'>> {
  const used = (pid: number): number => cpuTime(pid)?.ownSeconds ?? Number.NaN;
  const before = [used(jtrace), used(bpftrace)];
  await sleep(seconds * 1000);
  return {
    jtraceCore: (used(jtrace) - (before[0] ?? 0)) / seconds,
    bpftraceCore: (used(bpftrace) - (before[1] ?? 0)) / seconds,
    jtraceBytes: peakBytes(jtrace),
    bpftraceBytes: peakBytes(bpftrace),
  };
}

async function timeOfRun(bpftrace: number, work: () => void): Promise<number> {
  const counting = await countRuns();
  const total = (): { runs: number; ns: number } => {
    const programs = loadedObjects(bpftrace, () => '')?.programs ?? [];
    return { runs: programs.reduce((sum, { runs }) => sum + runs, 0), ns: programs.reduce((sum, { runNs }) => sum + runNs, 0) };
  };
  try {
    const before = total();
    work();
    const after = total();
    return (after.ns - before.ns) / (after.runs - before.runs);
  } finally {
    counting.end();
  }
}

/** The one process below jtrace that has BPF programs: some are started by a wrapper. */
function bpftraceOf(pid: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  const children = stdout.split(/\s+/u).filter((word) => word !== '').map(Number); // prettier-ignore
  for (const child of children) {
    const found = (loadedObjects(child, () => '')?.programs.length ?? 0) > 0 ? child : bpftraceOf(child);
    if (!Number.isNaN(found)) return found;
  }
  return Number.NaN;
}

function callTable(costs: readonly Cost[]): Table {
  return {
    head: ['bpftrace', 'getppid(2), ns', 'open and close of a file, ns', 'mmap of code and munmap, ns'],
    rows: costs.map(({ bpftrace, calls }) => [
      bpftrace,
      ...CALL_NAMES.map((call) => `${calls[call].without.toFixed(0)} → ${calls[call].with_.toFixed(0)}`),
    ]),
  };
}

function ownTable(costs: readonly Cost[]): Table {
  return {
    head: ['bpftrace', 'a run in the kernel', 'jtrace, of a core', 'bpftrace, of a core', 'jtrace, memory', 'bpftrace, memory'],
    rows: costs.map((cost) => [
      cost.bpftrace,
      `${cost.runNs.toFixed(0)} ns`,
      percent(cost.jtraceCore),
      percent(cost.bpftraceCore),
      megabytes(cost.jtraceBytes),
      megabytes(cost.bpftraceBytes),
    ]),
  };
}
