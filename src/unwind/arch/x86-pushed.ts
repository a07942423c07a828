// How far compiled code has pushed below its frame. Most methods never do, which one look at their code tells; string intrinsics copy the ends
// of short strings to the stack, C1 hands two classes to a stub there and saves registers around slow barriers, JDK 8's sin and pow save all. Of
// those the ways from an instruction to a return are followed: what lies between them and the frame's end was pushed. C2's stubs that move words of
// the stack by push and pop may end in a jump instead (rethrow).
// hotspot/cpu/x86/macroAssembler_x86.cpp, c1_LIRAssembler_x86.cpp.

import type { FramedCode, Pushed } from './code-bytes.ts';
import { flowOf, instructionReader } from './x86-flow.ts';
import type { X86Instruction } from './x86-instruction.ts';
import { writtenRegisters } from './x86-writes.ts';

/** A larger method counts as one that pushes: a look at all of it would take milliseconds. */
const MAX_STEADY_BYTES = 64 * 1024;
/** Kept to be followed at most. */
const MAX_PENDING_WAYS = 512;
const [RDX, RSP, RBP] = [2, 4, 5];
/** Return address and saved rbp, which lie above what `sub rsp` makes of a frame. */
const LINK_BYTES = 16;

/** What an instruction does to rsp: the bytes it adds; null: something else. */
export function changeOf(instruction: X86Instruction): number | null {
  const { map, isVector, opcode, reg, rm, low, third, isWide, immediate } = instruction;
  const operation = reg & 7;
  if (map === 0 && !isVector) {
    if ((opcode >= 0x50 && opcode <= 0x57) || opcode === 0x68 || opcode === 0x6a || opcode === 0x9c) return -8;
    if (opcode === 0xff && operation === 6) return -8;
    if (opcode >= 0x58 && opcode <= 0x5f) return low === RSP ? null : 8;
    if (opcode === 0x9d) return 8;
    if (opcode === 0x8f) return rm === RSP ? null : 8;
    if (opcode === 0xc9 || opcode === 0xc8) return null;
    if (opcode === 0xe8 || (opcode === 0xff && (operation === 2 || operation === 3))) return 0;
    if ((opcode === 0x81 || opcode === 0x83) && rm === RSP) {
      if (operation === 7) return 0;
      return isWide && (operation === 0 || operation === 5) ? (operation === 0 ? immediate : -immediate) : null;
    }
    if (opcode === 0x8d && reg === RSP) {
      const { memory } = instruction;
      return isWide && memory?.base === RSP && memory.index < 0 ? memory.displacement : null;
    }
    // Moves, which `writtenRegisters` leaves to others.
    if (opcode === 0x89 || opcode === 0x8b) return (opcode === 0x89 ? rm : reg) === RSP ? null : 0;
  }
  // Nearly all: quickly.
  if (reg !== RSP && rm !== RSP && low !== RSP && third !== RSP) return 0;
  return writtenRegisters(instruction).includes(RSP) ? null : 0;
}

/**
 * Whether code leaves rsp alone but for whole frames taken down (`add rsp; pop rbp`) and set up again (`push rbp; sub rsp`, at an entry for on-stack replacement). false: it moves it, or is not understood.
 */
export function keepsStack({ code, begin, end, frameSizeBytes }: FramedCode): boolean {
  if (end - begin > MAX_STEADY_BYTES) return false;
  const instructionAt = instructionReader(code, begin, end);
  let below = 0;
  for (let at = begin; at < end;) {
    const instruction = instructionAt(at);
    const change = instruction === null ? null : changeOf(instruction);
    if (instruction === null || change === null) return false;
    at += instruction.length;
    if (change === 0) {
      if (below !== 0) return false;
      continue;
    }
    // Of frames that hold nothing else the saved rbp alone; else only these two, one right behind the other.
    const isLink =
      instruction.map === 0 && instruction.low === RBP && (instruction.opcode === 0x5d || instruction.opcode === 0x55);
    if (isLink && frameSizeBytes === LINK_BYTES) continue;
    const isSize = Math.abs(change) === frameSizeBytes - LINK_BYTES && instruction.rm === RSP;
    if (below === 0 && ((isSize && change > 0) || (isLink && change < 0))) below = change;
    else if ((below > 0 && isLink && change > 0) || (below < 0 && isSize && change < 0)) below = 0;
    else return false;
  }
  return true;
}

/**
 * Bytes that code at `pc` has pushed below its whole frame, by its ways to a return, up to `maxInstructions` of them. A jump to what a register
 * holds is a return behind `pop rbp`, and behind the `pop rdx` that drops the return address (x86_64.ad TailCalljmpInd, tailjmpInd).
 */
export function pushedBytes({ code, begin, end, frameSizeBytes }: FramedCode, pc: number, maxInstructions: number): Pushed {
  const instructionAt = instructionReader(code, begin, end);
  const ways = [{ at: pc, moved: 0 }];
  const seen = new Set<number>();
  let isElsewhere = false;
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    let { at, moved } = way;
    let last: number | null = null;
    let beforeLast: number | null = null;
    while (!seen.has(at)) {
      if (seen.size >= maxInstructions || ways.length >= MAX_PENDING_WAYS) return isElsewhere ? 'elsewhere' : null;
      seen.add(at);
      const instruction = instructionAt(at);
      if (instruction === null) break;
      const next = at + instruction.length;
      const flow = flowOf(instruction);
      if (flow === 'return') return pushedAtReturn(moved, frameSizeBytes);
      if (flow === 'nowhere' && isRegisterJump(instruction)) {
        if (last === RBP) return pushedAtReturn(moved, frameSizeBytes);
        if (last === RDX && beforeLast === RBP) return pushedAtReturn(moved - 8, frameSizeBytes);
      }
      beforeLast = last;
      last = poppedBy(instruction);
      if (flow === 'nowhere' || flow === 'table') break;
      if (flow === 'branch') ways.push({ at: next + instruction.immediate, moved });
      const change = flow === 'on' ? changeOf(instruction) : 0;
      if (change === null) {
        isElsewhere = true;
        break;
      }
      moved += change;
      at = flow === 'jump' ? next + instruction.immediate : next;
    }
  }
  return isElsewhere ? 'elsewhere' : null;
}

const isRegisterJump = ({ opcode, reg, memory }: X86Instruction): boolean =>
  opcode === 0xff && (reg & 7) === 4 && memory === null;

/** The register that an instruction pops; null: none. */
const poppedBy = ({ map, isVector, opcode, low }: X86Instruction): number | null =>
  map === 0 && !isVector && opcode >= 0x58 && opcode <= 0x5f ? low : null;

/** At the return rsp is at the return address, the last word of the frame. */
function pushedAtReturn(moved: number, frameSizeBytes: number): number | null {
  const pushed = moved + 8 - frameSizeBytes;
  return pushed >= 0 && pushed % 8 === 0 ? pushed : null;
}
