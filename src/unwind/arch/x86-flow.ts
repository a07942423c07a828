// Following x86-64 code in mind: its instructions one by one, and where each leads.

import type { CodeBytes, CodeReader } from './code-bytes.ts';
import { decodeX86, LONGEST_INSTRUCTION_BYTES, type X86Instruction } from './x86-instruction.ts';

/** Code is read in such pieces. */
const PIECE_BYTES = 512;

/** The instruction at an address between `begin` and `end`; null: none that is known, or outside. */
export function instructionReader(code: CodeReader, begin: number, end: number): (at: number) => X86Instruction | null {
  const pieces = new Map<number, CodeBytes>();
  return (at) => {
    if (at < begin || at >= end) return null;
    const start = begin + PIECE_BYTES * Math.floor((at - begin) / PIECE_BYTES);
    let piece = pieces.get(start);
    if (piece === undefined) {
      piece = code(start, Math.min(end, start + PIECE_BYTES + LONGEST_INSTRUCTION_BYTES));
      pieces.set(start, piece);
    }
    return decodeX86(piece.bytes, at - start);
  };
}

/** `table`: a jump by a table in memory; `nowhere`: other indirect jumps, traps. */
export type Flow = 'on' | 'branch' | 'jump' | 'table' | 'return' | 'nowhere';

export function flowOf({ map, opcode, reg, memory }: X86Instruction): Flow {
  if (map === 1) return opcode >= 0x80 && opcode <= 0x8f ? 'branch' : opcode === 0x0b ? 'nowhere' : 'on';
  if (map !== 0) return 'on';
  if ((opcode >= 0x70 && opcode <= 0x7f) || (opcode >= 0xe0 && opcode <= 0xe3)) return 'branch';
  if (opcode === 0xe9 || opcode === 0xeb) return 'jump';
  if (opcode === 0xc3 || opcode === 0xc2) return 'return';
  const isIndirectJump = opcode === 0xff && ((reg & 7) === 4 || (reg & 7) === 5);
  if (isIndirectJump && memory !== null) return 'table';
  return isIndirectJump || opcode === 0xcc || opcode === 0xf4 ? 'nowhere' : 'on';
}
