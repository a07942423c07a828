// A process and the place where its main stack begins → the mappings of that very program: after fork a child has its parent's place, after
// exec another. null: it is gone, or runs something else.

import type { Mapping } from '../../model/target.ts';
import type { Pid } from '../../model/units.ts';
import { MAX_MAPS_BYTES, parseMaps } from '../maps.ts';
import { readProcessStat } from '../processes/process-stat.ts';
import { readProc } from '../processes/read-proc.ts';

export function readProgramMappings(pid: Pid, stackStart: number): readonly Mapping[] | null {
  if (readProcessStat(pid)?.stackStart !== stackStart) return null;
  const text = readProc(`/proc/${pid}/maps`, MAX_MAPS_BYTES);
  // An exec between the two reads would give another program's.
  if (text === null || text.length === 0 || readProcessStat(pid)?.stackStart !== stackStart) return null;
  return parseMaps(text.toString('utf8'));
}
