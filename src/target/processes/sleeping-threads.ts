// A process → its threads that slept between two looks without waking once: nothing a program could have sampled them at. By how often each was
// switched, which the kernel counts; what they wait for there, root may read.

import { readdirSync } from 'node:fs';
import { asTid, type Pid, type Tid } from '../../model/units.ts';
import { parseProcessStat, MAX_STAT_BYTES } from '../../model/process-stat.ts';
import { readProc } from './read-proc.ts';

/** Two reads each, of some 10 µs: those beyond are not looked at. */
export const MAX_THREADS_LOOKED_AT = 4096;
const MAX_STATUS_BYTES = 16 * 1024;
/** The kernel shows 64 frames at most (fs/proc/base.c, MAX_STACK_TRACE_DEPTH). */
const MAX_STACK_BYTES = 16 * 1024;
const ASLEEP: ReadonlySet<string> = new Set(['S', 'D']);
const SWITCHES = /^(?:non)?voluntary_ctxt_switches:\s+(\d+)$/gmu;

export interface ThreadSwitches {
  /** How often each sleeping thread was switched. */
  readonly counts: ReadonlyMap<Tid, number>;
  /** Threads beyond {@link MAX_THREADS_LOOKED_AT}. */
  readonly others: number;
}

export interface SleepingThread {
  readonly tid: Tid;
  /** Hostile text. */
  readonly comm: string;
  /** Functions of the kernel, innermost first; empty: not to be read. */
  readonly kernelStack: readonly string[];
}

/** Of those that sleep now. */
export function threadSwitches(pid: Pid, most = MAX_THREADS_LOOKED_AT): ThreadSwitches {
  const switches = new Map<Tid, number>();
  const threads = threadsOf(pid);
  for (const tid of threads.slice(0, most)) {
    const status = readProc(`/proc/${pid}/task/${tid}/status`, MAX_STATUS_BYTES)?.toString('utf8') ?? '';
    if (!ASLEEP.has(/^State:\s+(\S)/mu.exec(status)?.[1] ?? '')) continue;
    switches.set(
      tid,
      [...status.matchAll(SWITCHES)].reduce((sum, [, count]) => sum + Number(count), 0),
    );
  }
  return { counts: switches, others: Math.max(0, threads.length - most) };
}

/** Those that sleep as they did when `before` was taken. */
export function stillAsleep(pid: Pid, before: ThreadSwitches): readonly SleepingThread[] {
  const now = threadSwitches(pid).counts;
  return [...before.counts].flatMap(([tid, count]): SleepingThread[] => {
    if (now.get(tid) !== count) return [];
    const stat = parseProcessStat(readProc(`/proc/${pid}/task/${tid}/stat`, MAX_STAT_BYTES)?.toString('utf8') ?? '');
    return stat === null ? [] : [{ tid, comm: stat.comm, kernelStack: kernelStackOf(pid, tid) }];
  });
}

/** Lines `[<0>] futex_wait+0x6a/0x120`. */
function kernelStackOf(pid: Pid, tid: Tid): readonly string[] {
  const text = readProc(`/proc/${pid}/task/${tid}/stack`, MAX_STACK_BYTES)?.toString('utf8') ?? '';
  return [...text.matchAll(/^\[<[^>]*>\] ([A-Za-z_.][\w.]*)\+0x/gmu)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

function threadsOf(pid: Pid): readonly Tid[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((name) => asTid(Number(name)));
  } catch {
    return [];
  }
}
