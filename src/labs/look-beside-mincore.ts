// One look of BPF at a page of the program under test, and what mincore(2) says of it at the same moment: what labs 1 and 2 compare.

import type { Measurements } from '../model/lab.ts';
import { errorOfReads } from './failed-reads.ts';
import type { LabProgram, LabRoom, LabTrace } from './room.ts';

/** Order `look STATE` of the program; `STATEByte`, `STATEError`, `STATEMincore`. */
export async function lookBesideMincore(
  room: LabRoom,
  worker: LabProgram,
  trace: LabTrace,
  state: string,
): Promise<Measurements> {
  const before = trace.lines().length;
  const answer = await worker.order(`look ${state}`);
  const mincore = Number(/mincore (\d)/u.exec(answer.join(' '))?.[1]);
  const [, byte] = await trace.said(new RegExp(`^look ${state} (\\d+)$`, 'u'));
  const error = errorOfReads(trace.lines().slice(before));
  room.show(`BPF read ${error === 0 ? String(byte) : `nothing: error ${String(error)}`}; mincore says ${String(mincore)}`);
  return { [`${state}Byte`]: Number(byte), [`${state}Error`]: error, [`${state}Mincore`]: mincore };
}
