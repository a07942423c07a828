// Whether a process still runs, by number and start time: the same number may be another process by now. Costs one small read.

import type { Pid } from '../../model/units.ts';
import { readProcessStat } from './process-stat.ts';

/** True also for a zombie, whose parent has not asked for its status; not while threads outlive the main thread. */
export function hasEnded(pid: Pid, startTicks: number): boolean {
  const stat = readProcessStat(pid);
  if (stat === null || stat.startTicks !== startTicks) return true;
  return (stat.state === 'Z' || stat.state === 'X') && stat.threads <= 1;
}
