// A line of /proc/PID/stat → the few numbers process discovery lives on. Source: proc_pid_stat(5), fs/proc/array.c do_task_stat().
// Pure: who may read /proc reads it.

import { asPid, type Pid } from './units.ts';

/** 52 numbers of at most 20 digits and a comm of at most 64 bytes fit well. */
export const MAX_STAT_BYTES = 2048;
/** PF_KTHREAD, include/linux/sched.h. */
const KERNEL_THREAD_FLAG = 0x0020_0000;

export interface ProcessStat {
  /** At most 15 characters of the program's or thread's name; hostile text. */
  readonly comm: string;
  /** One letter: R, S, D, Z, T, X … */
  readonly state: string;
  readonly parent: Pid;
  readonly kernelThread: boolean;
  /** User and system time of all threads. */
  readonly cpuTicks: number;
  readonly threads: number;
  /** From boot to the process's start. */
  readonly startTicks: number;
  /** Where its main stack began: another place after each exec. 0: not for us to know. */
  readonly stackStart: number;
}

/** Parses one line of /proc/PID/stat. The comm may hold blanks, newlines and brackets: it ends at the LAST `)`. */
export function parseProcessStat(text: string): ProcessStat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  // Fields are numbered from 1 in the manual; the state is number 3, and the first after the comm.
  const fields = text
    .slice(close + 1)
    .trim()
    .split(/\s+/);
  const numberOf = (field: number): number => Number(fields[field - 3] ?? Number.NaN);
  const stat: ProcessStat = {
    comm: text.slice(open + 1, close),
    state: fields[0] ?? '',
    parent: asPid(numberOf(4)),
    kernelThread: (numberOf(9) & KERNEL_THREAD_FLAG) !== 0,
    cpuTicks: numberOf(14) + numberOf(15),
    threads: numberOf(20),
    startTicks: numberOf(22),
    stackStart: numberOf(28) || 0,
  };
  return Number.isFinite(stat.startTicks) && Number.isFinite(stat.cpuTicks) ? stat : null;
}
