// x86-64 machine code → direct calls and jumps with a 32-bit displacement (opcodes e8 and e9), found at every byte offset instead of
// by decoding instructions: a real call is never missed, and bytes that only look like one point at a random address, so a caller
// that asks for the very start of one function is as good as never deceived (1 in 2^32 a byte). Conditional jumps (0f 8x) and
// indirect calls are left out. Source: Intel SDM volume 2, CALL and JMP.

import { asKernelAddress } from '../model/units.ts';
import type { KernelAddress } from '../model/units.ts';

const CALL_REL32 = 0xe8;
const JMP_REL32 = 0xe9;
const INSTRUCTION_BYTES = 5;

export interface CallSite {
  /** Where the opcode lies, from the start of the code. */
  readonly offsetBytes: number;
  readonly target: KernelAddress;
}

/** Every place in `code` (which lies at `address`) that reads as a direct call or jump. */
export function findCalls(code: Uint8Array, address: KernelAddress): CallSite[] {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const sites: CallSite[] = [];
  for (let offset = 0; offset + INSTRUCTION_BYTES <= code.length; offset++) {
    if (code[offset] !== CALL_REL32 && code[offset] !== JMP_REL32) continue;
    const next = address + BigInt(offset + INSTRUCTION_BYTES);
    const target = BigInt.asUintN(64, next + BigInt(view.getInt32(offset + 1, true)));
    sites.push({ offsetBytes: offset, target: asKernelAddress(target) });
  }
  return sites;
}
