// A64 code before a return address: whether it is a call, and where it goes.

import { callTargetOf, calledRegister, INSTRUCTION_BYTES, isCall, moveWideOf, wordOf } from './a64-instructions.ts';

/**
 * movz, movk, movk; adr; stp xzr, x9, [sp, #-16]!; blr: how compiled code calls what bl does not reach (aarch64.ad,
 * aarch64_enc_java_to_runtime; MacroAssembler::mov of an address).
 */
export const CALL_SEQUENCE_BYTES = 8 * INSTRUCTION_BYTES;

export function endsWithCall(bytes: Uint8Array): boolean {
  return bytes.length >= INSTRUCTION_BYTES && isCall(wordOf(bytes, bytes.length - INSTRUCTION_BYTES));
}

/** Where the call that ends `bytes` at `pc` goes: by bl, or to what movz and movk put into blr's register. */
export function callTarget(bytes: Uint8Array, pc: number): number | null {
  const last = bytes.length - INSTRUCTION_BYTES;
  if (last < 0) return null;
  const call = wordOf(bytes, last);
  const direct = callTargetOf(call, pc - INSTRUCTION_BYTES);
  if (direct !== null) return direct;
  const register = calledRegister(call);
  if (register === null) return null;
  let value = 0;
  for (let at = last - INSTRUCTION_BYTES; at >= 0; at -= INSTRUCTION_BYTES) {
    const move = moveWideOf(wordOf(bytes, at));
    if (move?.register !== register) continue;
    value += move.value * 2 ** move.shiftBits;
    if (!move.keeps) return value;
  }
  return null;
}
