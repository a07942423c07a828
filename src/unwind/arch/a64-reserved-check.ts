// The same as x86-reserved-check.ts on aarch64: ldr x8, [x28, #n]; cmp sp, x8; b.lo, and a call of the VM between enter and leave.
// hotspot/cpu/aarch64/macroAssembler_aarch64.cpp, reserved_stack_check.

import { branchTargetOf, frameRecordOf, INSTRUCTION_BYTES, isNeutral, wordAt } from './a64-instructions.ts';
import { LINKED, RECORD_ON_TOP } from './a64-frames.ts';
import type { CodeBytes, FrameState } from './code-bytes.ts';

/** From the end of the frame to the branch: the authentication of x30, ldr, cmp. */
const MAX_AHEAD_BYTES = 4 * INSTRUCTION_BYTES;
/** Behind the branch's target: the poll, an address, a jump. */
const MAX_BEHIND_INSTRUCTIONS = 8;

/** State at `pc`; null: no such check is near, as far as `code` goes. */
export function reservedCheckState(code: CodeBytes, pc: number): FrameState | null {
  for (let branch = pc + MAX_AHEAD_BYTES; branch >= code.address; branch -= INSTRUCTION_BYTES) {
    if (!isCheck(code, branch)) continue;
    if (branch >= pc) return stateBefore(code, pc, branch);
    const target = branchTargetOf(wordAt(code, branch) ?? 0, branch) ?? 0;
    return target > pc ? stateWithin(code, branch, pc) : stateBehind(code, target, pc);
  }
  return null;
}

/** cmp sp, xN; and at `at` b.lo. */
function isCheck(code: CodeBytes, at: number): boolean {
  const [compare, branch] = [wordAt(code, at - INSTRUCTION_BYTES), wordAt(code, at)];
  if (compare === null || branch === null) return false;
  return (compare & 0xffe0_ffff) >>> 0 === 0xeb20_63ff && (branch & 0xff00_001f) >>> 0 === 0x5400_0003;
}

/** Up to the branch; the frame record may still be on top. */
function stateBefore(code: CodeBytes, pc: number, branch: number): FrameState | null {
  let state = LINKED;
  for (let at = pc; at < branch; at += INSTRUCTION_BYTES) {
    const word = wordAt(code, at) ?? 0;
    const record = frameRecordOf(word);
    if (record?.isLoad === true && record.mode === 'post' && at === pc) state = RECORD_ON_TOP;
    else if (!isNeutral(word)) return null;
  }
  return state;
}

/** What is called there has a frame record of its own above it. */
function stateWithin(code: CodeBytes, branch: number, pc: number): FrameState {
  let state = LINKED;
  for (let at = branch + INSTRUCTION_BYTES; at < pc; at += INSTRUCTION_BYTES) {
    const record = frameRecordOf(wordAt(code, at) ?? 0);
    if (record?.isLoad === false && record.mode === 'pre') state = RECORD_ON_TOP;
    if (record?.isLoad === true && record.mode === 'post') state = LINKED;
  }
  return state;
}

/** The zone was not used: the method goes on to its way out. */
function stateBehind(code: CodeBytes, target: number, pc: number): FrameState | null {
  if (pc - target > MAX_BEHIND_INSTRUCTIONS * INSTRUCTION_BYTES) return null;
  for (let at = target; at < pc; at += INSTRUCTION_BYTES) if (!isNeutral(wordAt(code, at) ?? 0)) return null;
  return LINKED;
}
