// SIGINT for a child that may wait for room in its pipe. bpftrace's handler breaks off such a write (EINTR), and its stream takes nothing more
// from then on: no maps, no last samples, and nobody is told (0.17 to 0.27). So it is stopped; while it stands in a write, what it has
// written is read, and it is let go for a moment. Nor is it interrupted while it works through what it has read of its buffers, for a moment: it
// would drop the rest of it (perf_event_printer, bpftrace.cpp). Asleep in its wait it gets the signal, and elsewhere when it is never seen to sleep. It is
// stopped for that, too: it may wake up and come to a write before the signal does, where jtrace does not get a CPU in between (the maps of one run in
// 25 were lost on a busy machine). What comes while it is stopped is read after the signal, and dropped: it has come after the end.

import { readFileSync } from 'node:fs';

/**
 * Of a program that prints without end 99 of 100 steps meet a write; each takes some 5 ms, on a busy machine 50. Where none succeeds, the signal goes
 * out as it is. Below what a child that is asked to end has at all (end-gently.ts).
 */
const MOST_MS = 20_000;
/** Longest and shortest: to be scheduled at all on a busy machine, to come to the next write. */
const STEP_MS = { least: 0.02, most: 5 } as const;
const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));
/** Of it working, not waiting: as long as a burst takes to print. It may be starting, or have no pause at all. */
const MOST_BUSY_MS = 1500;
const BUSY_STEP_MS = 1;
/** epoll_wait, epoll_pwait, epoll_pwait2, poll, ppoll. */
const WAITS: Readonly<Record<string, readonly string[]>> = { x64: ['232', '281', '441', '7', '271'], arm64: ['22', '441', '73'] };
/** State of one for which there is nothing to do: while it stands in a wait and does not sleep, there is, and it is about to begin. */
const SLEEPING = 'S';
/** In place of a call's number, of one that has not stopped yet. */
const RUNNING = 'running';
/** It stops when it is scheduled; later it is not waited for. */
const STOP_PATIENCE_MS = 100;
/** write and writev (asm/unistd_64.h, asm-generic/unistd.h). */
const WRITES: Readonly<Record<string, readonly string[]>> = { x64: ['1', '20'], arm64: ['64', '66'] };

export interface InterruptedChild {
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly hasExited: () => boolean;
}

/** Whether it found such a moment; false: its last output may be lost. `mostMs`: for tests. */
export async function interruptOutsideWrites({ pid, kill, hasExited }: InterruptedChild, mostMs = MOST_MS): Promise<boolean> {
  const startMs = performance.now();
  const elapsedMs = (): number => performance.now() - startMs;
  let hasFound = false;
  for (let step = 0; elapsedMs() < mostMs && !hasExited(); step++) {
    const before = systemCallOf(pid);
    const isAsleep = isInWait(before) && stateOf(pid) === SLEEPING;
    if (elapsedMs() < MOST_BUSY_MS && before !== '' && !isAsleep && !isAtWrite(before) && !isStopped(pid)) {
      await pause();
      continue;
    }
    kill('SIGSTOP');
    await stopped(pid);
    const call = systemCallOf(pid);
    // '': it may not be known, now or later.
    if (call === '' || isInWait(call)) {
      hasFound = true;
      break;
    }
    if (!isAtWrite(call)) {
      if (elapsedMs() >= MOST_BUSY_MS && call !== RUNNING) {
        hasFound = true;
        break;
      }
      kill('SIGCONT');
      await pause();
      continue;
    }
    await outputIsRead();
    kill('SIGCONT');
    // Of different lengths: it is not met at the same place again and again.
    rest(Math.min(STEP_MS.most, STEP_MS.least * (1 + (step % 10) ** 2)));
  }
  kill('SIGINT');
  kill('SIGCONT');
  return hasFound || hasExited();
}

/** Whether it sleeps in a wait for events, just now. */
export function sleepsInWait(pid: number): boolean {
  return isInWait(systemCallOf(pid)) && stateOf(pid) === SLEEPING;
}

/** Two turns of the event loop: between them all that waits is looked at, and read. */
function outputIsRead(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

async function stopped(pid: number): Promise<void> {
  const endMs = performance.now() + STOP_PATIENCE_MS;
  while (performance.now() < endMs && !isStopped(pid)) await outputIsRead();
}

function isInWait(call: string): boolean {
  return WAITS[process.arch]?.includes(call) === true;
}

function isAtWrite(call: string): boolean {
  return WRITES[process.arch]?.includes(call) === true;
}

/** Or gone. */
function isStopped(pid: number): boolean {
  return 'TtZX'.includes(stateOf(pid));
}

/** proc_pid_stat(5); '' when it is gone. */
function stateOf(pid: number): string {
  const stat = read(`/proc/${String(pid)}/stat`);
  return stat === '' ? '' : stat.charAt(stat.lastIndexOf(')') + 2);
}

/** proc_pid_syscall(5): the call in which it was stopped, finished or not; -1 of one that computes. '' where that may not be known. */
function systemCallOf(pid: number): string {
  return read(`/proc/${String(pid)}/syscall`).split(' ')[0] ?? '';
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, BUSY_STEP_MS));
}

/** '' when it has ended, or may not be looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** With all of this thread, which then leaves its CPU to the child; and nothing is read meanwhile. */
function rest(ms: number): void {
  Atomics.wait(NEVER_WOKEN, 0, 0, ms);
}
