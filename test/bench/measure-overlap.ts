// jtrace and async-profiler on one JVM over the same seconds, as often as it takes for enough samples: how alike their self times are,
// judged by how alike halves of async-profiler's own samples are.

import { setTimeout as sleep } from 'node:timers/promises';
import type { AsyncProfiler, LeavesByThread } from './async-profiler.ts';
import { jtraceKey } from './leaf-key.ts';
import { compareWithNoise, countNames, overlap, total } from './overlap.ts';
import { startJtrace } from './run-jtrace.ts';
import type { TapNotes } from './tap.ts';

const SPLITS = 20;
const SEED = 20_231_115;
/** Ended by Ctrl-C once async-profiler has stopped; this is only the limit. */
const JTRACE_LIMIT = '10m';
/** Ticks that met async-profiler's own signal handler: it cannot see itself. */
const OBSERVER = '[libasyncProfiler.so]';

export interface OverlapOptions {
  readonly seconds: number;
  readonly rateHz: number;
  /** Of each tool, on threads both saw, after which no further round is made. */
  readonly enoughSamples: number;
  readonly maxRounds: number;
}

export interface Difference {
  readonly name: string;
  readonly jtraceShare: number;
  readonly asyncProfilerShare: number;
}

export interface OverlapFigures {
  readonly rounds: number;
  readonly jtraceSamples: number;
  readonly asyncProfilerSamples: number;
  /** jtrace's samples left out because the tick met async-profiler's handler. */
  readonly observerSamples: number;
  /** Samples on threads only one of them saw. */
  readonly unsharedJtrace: number;
  readonly unsharedAsyncProfiler: number;
  /** Of all samples of both. */
  readonly overlapAll: number;
  /** With sets as large as the halves. */
  readonly overlap: number;
  readonly floor: number;
  readonly halfSize: number;
  /** Every name either of them has, those that differ most first. */
  readonly differences: readonly Difference[];
}

export async function measureOverlap(pid: number, profiler: AsyncProfiler, options: OverlapOptions): Promise<OverlapFigures> {
  const ours: string[] = [];
  const theirs: string[] = [];
  const left = { observer: 0, jtrace: 0, asyncProfiler: 0 };
  let rounds = 0;
  while (rounds < options.maxRounds && Math.min(ours.length, theirs.length) < options.enoughSamples) {
    rounds += 1;
    const round = await oneRound(pid, profiler, options);
    for (const [tid, keys] of round.ours) {
      if (round.theirs.has(tid)) for (const key of keys) ours.push(key);
      else left.jtrace += keys.length;
    }
    for (const [tid, keys] of round.theirs) {
      if (round.ours.has(tid)) for (const key of keys) theirs.push(key);
      else left.asyncProfiler += keys.length;
    }
    left.observer += round.observer;
  }
  const [countsOurs, countsTheirs] = [countNames(ours), countNames(theirs)];
  return {
    rounds,
    jtraceSamples: ours.length,
    asyncProfilerSamples: theirs.length,
    observerSamples: left.observer,
    unsharedJtrace: left.jtrace,
    unsharedAsyncProfiler: left.asyncProfiler,
    overlapAll: overlap(countsOurs, countsTheirs),
    ...compareWithNoise(ours, theirs, SPLITS, SEED),
    differences: differences(countsOurs, countsTheirs),
  };
}

/** jtrace starts first and ends last; of its samples those of async-profiler's seconds count. */
async function oneRound(
  pid: number,
  profiler: AsyncProfiler,
  { seconds, rateHz }: OverlapOptions,
): Promise<{ readonly ours: LeavesByThread; readonly theirs: LeavesByThread; readonly observer: number }> {
  const jtrace = await startJtrace(pid, { duration: JTRACE_LIMIT, rateHz });
  let theirs: LeavesByThread;
  let [startNs, endNs] = [0, 0];
  try {
    await profiler.start(pid, rateHz);
    startNs = monotonicNs();
    await sleep(seconds * 1000);
    endNs = monotonicNs();
    theirs = await profiler.stop(pid);
  } catch (error) {
    await jtrace.finish('interrupt');
    throw error;
  }
  const { notes } = await jtrace.finish('interrupt');
  return { theirs, ...leavesBetween(notes, startNs, endNs) };
}

function leavesBetween(
  notes: TapNotes,
  startNs: number,
  endNs: number,
): { readonly ours: LeavesByThread; readonly observer: number } {
  const keys = notes.leaves.map(jtraceKey);
  const ours = new Map<number, string[]>();
  let observer = 0;
  notes.tid.forEach((tid, i) => {
    const timeNs = notes.timeNs[i] ?? 0;
    if (timeNs < startNs || timeNs > endNs) return;
    const key = keys[notes.leaf[i] ?? -1] ?? '';
    if (key === OBSERVER) {
      observer += 1;
      return;
    }
    const of = ours.get(tid) ?? [];
    ours.set(tid, of);
    of.push(key);
  });
  return { ours, observer };
}

/** CLOCK_MONOTONIC, which bpftrace's `nsecs` counts too (on a machine that was never suspended also where it counts boot time). */
function monotonicNs(): number {
  return Number(process.hrtime.bigint());
}

function differences(ours: ReadonlyMap<string, number>, theirs: ReadonlyMap<string, number>): Difference[] {
  const [allOurs, allTheirs] = [total(ours), total(theirs)];
  const names = [...new Set([...ours.keys(), ...theirs.keys()])];
  const share = (count: number | undefined, all: number): number => (all === 0 ? 0 : (count ?? 0) / all);
  const apart = ({ jtraceShare, asyncProfilerShare }: Difference): number => Math.abs(jtraceShare - asyncProfilerShare);
  return names
    .map((name) => ({
      name,
      jtraceShare: share(ours.get(name), allOurs),
      asyncProfilerShare: share(theirs.get(name), allTheirs),
    }))
    .sort((a, b) => apart(b) - apart(a));
}
