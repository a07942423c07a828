// Behind the teardown of a frame (add rsp; pop rbp) of a method that has access to the reserved zone of the stack, by an annotation of its own or
// of what is inlined into it (the locks of java.util.concurrent): between teardown and return it looks whether it has used the zone, and calls
// the VM if so. A leaf, or a caller of the VM, there has its return address on top of the stack, or below what was pushed since.
// hotspot/cpu/x86/macroAssembler_x86.cpp, reserved_stack_check; the same in C1's and C2's code, JDK 9 to 27.

import { type CodeBytes, type FrameState, matches } from './code-bytes.ts';
import { flowOf } from './x86-flow.ts';
import { decodeX86 } from './x86-instruction.ts';
import { changeOf } from './x86-pushed.ts';

const POP_RBP = 0x5d;
/** Return address and saved rbp. */
const LINK_BYTES = 16;
const ANY = -1;
/** cmp rsp, [r15 + offset]; jb: what a frame without anything to add is told by. */
const CHECKS: readonly (readonly number[])[] = [
  [0x49, 0x3b, 0x67, ANY, 0x0f, 0x82],
  [0x49, 0x3b, 0xa7, ANY, ANY, ANY, ANY, 0x0f, 0x82],
];
const FP_ON_TOP: FrameState = { kind: 'partial', returnAt: 8, savedFpAt: 0 };

/** State at `pc` of a frame of that size; null: it is not behind a teardown, or in it, as far as `code` goes back. */
export function reservedCheckState(code: CodeBytes, pc: number, frameSizeBytes: number): FrameState | null {
  const size = frameSizeBytes - LINK_BYTES;
  const bytes = [size & 0xff, (size >> 8) & 0xff, (size >> 16) & 0xff, size >>> 24];
  const adds = [[0x48, 0x81, 0xc4, ...bytes], ...(size < 0x80 ? [[0x48, 0x83, 0xc4, size]] : [])];
  const isTeardown = (pop: number): boolean =>
    size > 0 ? adds.some((add) => matches(code, pop - add.length, add)) : CHECKS.some((check) => matches(code, pop + 1, check));
  for (let pop = pc; pop >= code.address; pop -= 1) {
    if (code.bytes[pop - code.address] !== POP_RBP || !isTeardown(pop)) continue;
    return pop === pc ? FP_ON_TOP : stateAfter(code, pop + 1, pc);
  }
  return null;
}

/** From right behind the teardown on: how rsp was moved, over jumps ahead, too. */
function stateAfter(code: CodeBytes, start: number, pc: number): FrameState | null {
  const movedAt = new Map<number, number>();
  let moved: number | null = 0;
  for (let at = start; at <= pc;) {
    moved ??= movedAt.get(at) ?? null;
    if (moved === null) {
      // Nothing falls through to here: on where a jump leads to.
      const next = Math.min(...[...movedAt.keys()].filter((target) => target > at));
      if (!(next <= pc)) return null;
      at = next;
      continue;
    }
    if (at === pc) return moved <= 0 ? { kind: 'partial', returnAt: 0 - moved, savedFpAt: null } : null;
    const instruction = decodeX86(code.bytes, at - code.address);
    if (instruction === null) return null;
    const flow = flowOf(instruction);
    at += instruction.length;
    if (flow === 'branch' || flow === 'jump') movedAt.set(at + instruction.immediate, moved);
    const change: number | null = flow === 'on' ? changeOf(instruction) : 0;
    if (change === null) return null;
    moved = flow === 'on' || flow === 'branch' ? moved + change : null;
  }
  return null;
}
