// A pid → its mappings, read afresh: for looks that do not keep the process open.

import type { Mapping } from '../../model/target.ts';
import type { Pid } from '../../model/units.ts';
import { MAX_MAPS_BYTES, parseMaps } from '../maps.ts';
import { readProc } from '../processes/read-proc.ts';

/** null: the process is gone, or has no memory any more. */
export function readMappings(pid: Pid): readonly Mapping[] | null {
  const text = readProc(`/proc/${pid}/maps`, MAX_MAPS_BYTES)?.toString('utf8') ?? '';
  return text === '' ? null : parseMaps(text);
}
