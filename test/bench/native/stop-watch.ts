// How long a process stands still while a debugger holds it: its first thread, which gdb stops first and lets go with the others, is looked at.

import { readFileSync } from 'node:fs';

/** Stops are tens of milliseconds and more. */
const POLL_MS = 1;

/** Looks until `stop`, which tells the longest stop in milliseconds. */
export function watchStops(pid: number): () => number {
  let [longestMs, sinceMs]: [number, number | null] = [0, null];
  const look = (): void => {
    const nowMs = performance.now();
    if (!isTraced(pid)) sinceMs = null;
    else longestMs = Math.max(longestMs, nowMs - (sinceMs ??= nowMs));
  };
  const timer = setInterval(look, POLL_MS);
  return () => {
    clearInterval(timer);
    return longestMs;
  };
}

function isTraced(pid: number): boolean {
  try {
    return stateOf(readFileSync(`/proc/${String(pid)}/stat`, 'utf8')) === 't';
  } catch {
    return false; // it has ended
  }
}

/** proc_pid_stat(5): behind the name, which may hold anything. */
export function stateOf(stat: string): string {
  return stat.charAt(stat.lastIndexOf(')') + 2);
}
