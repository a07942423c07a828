// Which general registers an x86-64 instruction writes, so that what is known of them can be forgotten. Rather one too many: who follows
// code for its stack pointer then knows less, never something wrong. Moves, pushes and calls, which it follows itself, are not here.

import type { X86Instruction } from './x86-instruction.ts';

const [RAX, RCX, RDX, RBX, RSI, RDI] = [0, 1, 2, 3, 6, 7];
const R11 = 11;

/** Of `0f xx` those that write ModRM.reg, and those that write a register in ModRM.rm; all others have vectors, or flags alone. */
const REG_OF_0F: ReadonlySet<number> = new Set([
  0x02, 0x03, 0x2c, 0x2d, 0x50, 0xaf, 0xb6, 0xb7, 0xb8, 0xbc, 0xbd, 0xbe, 0xbf, 0xc0, 0xc1, 0xc5, 0xd7,
  ...Array.from({ length: 16 }, (_, i) => 0x40 + i),
]); // prettier-ignore
const RM_OF_0F: ReadonlySet<number> = new Set([
  0x00, 0x01, 0x20, 0x21, 0x7e, 0xa4, 0xa5, 0xab, 0xac, 0xad, 0xae, 0xb0, 0xb1, 0xb3, 0xba, 0xbb, 0xc0, 0xc1, 0xc7,
  ...Array.from({ length: 16 }, (_, i) => 0x90 + i),
]); // prettier-ignore
/** The same of vector encodings: conversions, masks of bytes, kmov; pinsr's and kmov's general register is read only. */
const REG_OF_VECTOR: ReadonlySet<number> = new Set([0x2c, 0x2d, 0x50, 0x78, 0x79, 0x93, 0xc5, 0xd7]);
const RM_OF_VECTOR: ReadonlySet<number> = new Set([0x7e]);
/** andn, blsr, bzhi, mulx, shlx and what shares their opcodes. */
const FIRST_BMI = 0xf2;

/** Numbers of the registers; those that no ModRM names are always in. */
export function writtenRegisters(instruction: X86Instruction): readonly number[] {
  const { map, isVector, reg, rm, third } = instruction;
  if (isVector) return ofVector(instruction);
  switch (map) {
    case 0:
      return ofOneByte(instruction);
    case 1:
      return ofTwoBytes(instruction);
    case 2:
      return instruction.opcode >= 0xf0 ? [reg, rm, third] : [];
    default:
      return isExtract(instruction.opcode) ? [rm] : [];
  }
}

/** pextrb to extractps: the only ones of their map that write ModRM.rm, and it is a general register. */
const isExtract = (opcode: number): boolean => opcode >= 0x14 && opcode <= 0x17;

/** movq between vectors, which shares its opcode with the move to a general register. */
const isMoveOfVectors = ({ map, opcode, isRepeated }: X86Instruction): boolean => map === 1 && opcode === 0x7e && isRepeated;

function ofVector(instruction: X86Instruction): readonly number[] {
  const { map, opcode, reg, rm, third } = instruction;
  if (map === 3) return opcode === 0xf0 ? [reg] : isExtract(opcode) ? [rm] : [];
  if (map === 2) return opcode >= FIRST_BMI ? [reg, third] : [];
  if (isMoveOfVectors(instruction)) return [];
  return [...(REG_OF_VECTOR.has(opcode) ? [reg] : []), ...(RM_OF_VECTOR.has(opcode) ? [rm] : [])];
}

function ofTwoBytes(instruction: X86Instruction): readonly number[] {
  const { opcode, low, reg } = instruction;
  const rm = asByte(instruction, instruction.rm, (opcode >= 0x90 && opcode < 0xa0) || opcode === 0xb0 || opcode === 0xc0);
  if (opcode >= 0xc8 && opcode <= 0xcf) return [low];
  if (isMoveOfVectors(instruction)) return [];
  const written = [...(REG_OF_0F.has(opcode) ? [reg] : []), ...(RM_OF_0F.has(opcode) ? [rm] : [])];
  // syscall, xgetbv, rdtsc, cpuid, cmpxchg: none has a register to name.
  if (opcode === 0x05 || opcode === 0x01 || (opcode >= 0x30 && opcode <= 0x37) || opcode === 0xa2 || opcode === 0xc7)
    written.push(RAX, RCX, RDX, RBX, R11);
  if (opcode === 0xb0 || opcode === 0xb1) written.push(RAX);
  return written;
}

function ofOneByte(instruction: X86Instruction): readonly number[] {
  const { opcode, low } = instruction;
  const isByte = (opcode & 1) === 0 && opcode !== 0x8c && opcode !== 0x8d && opcode !== 0x8e;
  const [reg, rm] = [asByte(instruction, instruction.reg, isByte), asByte(instruction, instruction.rm, isByte)];
  const operation = instruction.reg & 7;
  if (opcode < 0x40) {
    if (opcode >= 0x38) return [];
    return [[rm], [rm], [reg], [reg], [RAX], [RAX]][opcode & 7] ?? [];
  }
  if (opcode >= 0x91 && opcode <= 0x97) return [RAX, low];
  if (opcode >= 0xb0 && opcode <= 0xb7) return [instruction.hasRex ? low : low & 3];
  if (opcode >= 0xb8 && opcode <= 0xbf) return [low];
  if ((opcode >= 0xa4 && opcode <= 0xa7) || (opcode >= 0xaa && opcode <= 0xaf)) return [RAX, RCX, RSI, RDI];
  if (opcode >= 0x80 && opcode <= 0x83) return operation === 7 ? [] : [rm];
  if (opcode >= 0x84 && opcode <= 0x8f) return [[], [], [reg, rm], [reg, rm], [rm], [rm], [reg], [reg], [rm], [reg], [], [rm]][opcode - 0x84] ?? []; // prettier-ignore
  if ((opcode >= 0xc0 && opcode <= 0xc7) || (opcode >= 0xd0 && opcode <= 0xd3)) return [rm];
  if (opcode === 0xf6 || opcode === 0xf7) return operation < 2 ? [] : operation < 4 ? [rm] : [RAX, RDX];
  if (opcode === 0xfe || opcode === 0xff) return operation < 2 ? [rm] : [];
  if (opcode === 0x63 || opcode === 0x69 || opcode === 0x6b) return [reg];
  if ((opcode >= 0x70 && opcode <= 0x7f) || opcode === 0x90) return [];
  return [RAX, RCX, RDX];
}

/** Without REX the byte registers 4 to 7 are the second bytes of the first four. */
function asByte({ hasRex }: X86Instruction, register: number, isByte: boolean): number {
  return isByte && !hasRex && register >= 4 ? register & 3 : register;
}
