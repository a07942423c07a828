// A process → what /proc/PID/stat says of it (src/model/process-stat.ts).

import { MAX_STAT_BYTES, parseProcessStat, type ProcessStat } from '../../model/process-stat.ts';
import type { Pid } from '../../model/units.ts';
import { readProc } from './read-proc.ts';

/** The kernel counts in USER_HZ for user space: 100 on every Linux port Node runs on. */
export const TICKS_PER_SECOND = 100;

/** What the kernel says of a process; null when there is none of that number. */
export function readProcessStat(pid: Pid): ProcessStat | null {
  const bytes = readProc(`/proc/${pid}/stat`, MAX_STAT_BYTES);
  return bytes === null ? null : parseProcessStat(bytes.toString('utf8'));
}
