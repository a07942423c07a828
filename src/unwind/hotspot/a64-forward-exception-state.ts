// Where a frame stands in the stub that leads an exception of a native method, or of the VM, to its handler, on aarch64
// (hotspot/cpu/aarch64/stubGenerator_aarch64.cpp, generate_forward_exception; macroAssembler_aarch64.cpp, call_VM_leaf_base).

import { LINKED } from '../arch/a64-frames.ts';
import { INSTRUCTION_BYTES, LR, pairOf, SP, takesLink, wordAt } from '../arch/a64-instructions.ts';
import type { CodeBytes, FrameState } from '../arch/code-bytes.ts';

/** x19 to x28 are the callee's to keep (AAPCS64). */
const FIRST_KEPT = 19;
/** mov x30, xN. */
const [SETS_LINK, SETS_LINK_MASK, REGISTER_SHIFT] = [0xaa00_03fe, 0xffe0_ffff, 16];

/**
 * No frame: the return address into the throwing code comes in x30, is kept in x19 over the call that finds the handler, for which two registers are
 * saved on the stack, and goes back to x30 behind it. Instructions run one after the other. `code`: from the stub's start to its end; a leaf or not, it is
 * told by what ran before `pc`.
 */
export function a64ForwardExceptionState(code: CodeBytes, pc: number): FrameState {
  let [kept, spOffset]: [number | null, number] = [null, 0];
  for (let at = code.address; at < pc; at += INSTRUCTION_BYTES) {
    const word = wordAt(code, at);
    if (word === null) break;
    const [taken, pair] = [takesLink(word), pairOf(word)];
    // The first is the argument of the call (x1), which does not keep it.
    if (taken !== null && taken >= FIRST_KEPT && taken < LR) kept = taken;
    else if (kept !== null && setsLinkFrom(word) === kept) return LINKED;
    else if (pair !== null && pair.base === SP && pair.mode !== 'offset') spOffset -= pair.offsetBytes;
  }
  return kept === null ? LINKED : { kind: 'kept', returnRegister: kept, spOffset };
}

function setsLinkFrom(word: number): number | null {
  return (word & SETS_LINK_MASK) >>> 0 === SETS_LINK ? (word >>> REGISTER_SHIFT) & 31 : null;
}
