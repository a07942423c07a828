// CPU time and memory of a running process, out of /proc.

import { readFileSync } from 'node:fs';

/** USER_HZ: what /proc counts in, on every x86-64 Linux. */
const TICKS_PER_SECOND = 100;

export interface CpuTime {
  /** Of the process's own threads, also those that ended. */
  readonly ownSeconds: number;
  /** Of children that ended and were waited for. */
  readonly endedChildrenSeconds: number;
}

/** null: it is gone. */
export function cpuTime(pid: number): CpuTime | null {
  const text = read(`/proc/${String(pid)}/stat`);
  return text === '' ? null : parseStat(text);
}

/** proc_pid_stat(5): after the name, which may hold anything, field 3 is the first. */
export function parseStat(text: string): CpuTime {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [utime = NaN, stime = NaN, cutime = NaN, cstime = NaN] = fields.slice(11, 15);
  return {
    ownSeconds: (utime + stime) / TICKS_PER_SECOND,
    endedChildrenSeconds: (cutime + cstime) / TICKS_PER_SECOND,
  };
}

/** The most memory it ever had at once (VmHWM); 0: it is gone. */
export function peakBytes(pid: number): number {
  return parsePeakBytes(read(`/proc/${String(pid)}/status`));
}

export function parsePeakBytes(status: string): number {
  return 1024 * Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended while it was looked at
  }
}
