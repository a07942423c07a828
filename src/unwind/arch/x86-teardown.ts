// Behind the teardown of a frame (add rsp; pop rbp) that no return follows: C2's way to rethrow an exception polls, since JDK 26 calls the VM, and
// jumps to a stub. Where a leaf, or a caller of the VM, stands there, its return address is on top of the stack, or below what was pushed since.
// hotspot/cpu/x86/x86_64.ad, Rethrow.

import { type CodeBytes, type FrameState, matches } from './code-bytes.ts';
import { flowOf } from './x86-flow.ts';
import { decodeX86 } from './x86-instruction.ts';
import { changeOf } from './x86-pushed.ts';

const POP_RBP = 0x5d;
/** Return address and saved rbp. */
const LINK_BYTES = 16;

/** State at `pc` of a frame of that size; null: it is not behind a teardown, as far as `code` goes back. */
export function stateBehindTeardown(code: CodeBytes, pc: number, frameSizeBytes: number): FrameState | null {
  const size = frameSizeBytes - LINK_BYTES;
  if (size <= 0) return null;
  const bytes = [size & 0xff, (size >> 8) & 0xff, (size >> 16) & 0xff, size >>> 24];
  const adds = [[0x48, 0x81, 0xc4, ...bytes], ...(size < 0x80 ? [[0x48, 0x83, 0xc4, size]] : [])];
  for (let pop = pc - 1; pop > code.address; pop -= 1) {
    if (code.bytes[pop - code.address] !== POP_RBP) continue;
    if (adds.some((add) => matches(code, pop - add.length, add))) return stateAfter(code, pop + 1, pc);
  }
  return null;
}

/** From right behind the teardown on: how rsp was moved, over jumps ahead, too. */
function stateAfter(code: CodeBytes, start: number, pc: number): FrameState | null {
  const movedAt = new Map<number, number>();
  let moved: number | null = 0;
  for (let at = start; ;) {
    moved ??= movedAt.get(at) ?? null;
    if (moved === null || at > pc) return null;
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
}
