// Bytes before a return address → what was called there. A true return address into compiled code always follows a call.

import { hexAddress } from './hex-address.ts';
import type { StoppedMemory } from './stopped-process.ts';

const NEAR_CALL = 0xe8;
const NEAR_CALL_BYTES = 5;
/** Lengths an indirect call (ff /2, with and without REX, with displacement) can have. */
const INDIRECT_CALL_BYTES = [2, 3, 4, 6, 7];
const LONGEST_BYTES = 7;

/** " (after call 0x…)" or " (after an indirect call)"; empty when no call ends there. */
export function callBefore(memory: StoppedMemory, returnAddress: number): string {
  const code = memory.bytes(returnAddress - LONGEST_BYTES, LONGEST_BYTES);
  if (!code) return '';
  if (code[LONGEST_BYTES - NEAR_CALL_BYTES] === NEAR_CALL) {
    const distance = new DataView(code.buffer, code.byteOffset).getInt32(LONGEST_BYTES - 4, true);
    return ` (after call ${hexAddress(returnAddress + distance)})`;
  }
  for (const length of INDIRECT_CALL_BYTES) {
    const at = LONGEST_BYTES - length;
    const rex = (code[at] ?? 0) >> 4 === 4 ? 1 : 0;
    if (code[at + rex] === 0xff && (((code[at + rex + 1] ?? 0) >> 3) & 7) === 2) return ' (after an indirect call)';
  }
  return '';
}
