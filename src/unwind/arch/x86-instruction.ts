// Bytes of x86-64 code → one instruction: how long it is, and its operands as far as following a stack pointer needs them. Long mode, as
// HotSpot's assembler emits it (legacy, VEX and EVEX encodings); what it does not emit, and the registers of APX, are no instruction.
// Source: Intel SDM volume 2, chapter 2 and appendix A.

/** In memory; registers by number, -1: none. */
export interface X86Memory {
  readonly base: number;
  readonly index: number;
  readonly displacement: number;
}

export interface X86Instruction {
  readonly length: number;
  /** 0: one byte; 1: 0f; 2: 0f 38; 3: 0f 3a; 5 and 6: EVEX only. */
  readonly map: number;
  readonly opcode: number;
  readonly isVector: boolean;
  /** F3 stands before the opcode, as itself or in VEX: with 0f 7e the operand is a vector. */
  readonly isRepeated: boolean;
  /** Operands of 64 bits. */
  readonly isWide: boolean;
  /** Whether there is a REX prefix: without, byte operands 4 to 7 are ah to bh. */
  readonly hasRex: boolean;
  /** ModRM.reg, a register or (& 7) an operation; -1: no ModRM. */
  readonly reg: number;
  /** ModRM.rm where it is a register, else -1. */
  readonly rm: number;
  readonly memory: X86Memory | null;
  /** The register in an opcode's last three bits. */
  readonly low: number;
  /** A third operand's register (VEX.vvvv). */
  readonly third: number;
  /** Sign-extended. */
  readonly immediate: number;
}

/**
 * What follows each opcode: `.` nothing, m ModRM, b/w/z immediate of 1, 2, 4 (2) bytes, r of 4, v of 4 (8), o address of 8, M and Z ModRM with
 * b and z, g and h the same if ModRM.reg is 0 or 1; `-` no instruction, or one that is not expected.
 */
const ONE_BYTE = [
  'mmmmbz--mmmmbz--', 'mmmmbz--mmmmbz--', 'mmmmbz--mmmmbz--', 'mmmmbz--mmmmbz--',
  '----------------', '................', '---m----zZbM----', 'bbbbbbbbbbbbbbbb',
  'MZ-Mmmmmmmmmmmmm', '..........-.....', 'oooo....bz......', 'bbbbbbbbvvvvvvvv',
  'MMw.--MZ-.w..b-.', 'mmmm---.mmmmmmmm', 'bbbbbbbbrr-b....', '-.--..gh......mm',
].join(''); // prettier-ignore
const TWO_BYTES = [
  'mmmm-.....-.-m.-', 'mmmmmmmmmmmmmmmm', 'mmmm----mmmmmmmm', '......-.--------',
  'mmmmmmmmmmmmmmmm', 'mmmmmmmmmmmmmmmm', 'mmmmmmmmmmmmmmmm', 'MMMMmmm.mmmmmmmm',
  'rrrrrrrrrrrrrrrr', 'mmmmmmmmmmmmmmmm', '...mMm--...mMmmm', 'mmmmmmmmmmMmmmmm',
  'mmMmMMMm........', 'mmmmmmmmmmmmmmmm', 'mmmmmmmmmmmmmmmm', 'mmmmmmmmmmmmmmm-',
].join(''); // prettier-ignore

/** Whether a byte is a prefix, by its value: a table, since every byte of code is asked. */
const IS_PREFIX = new Uint8Array(256);
for (const prefix of [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0xf0, 0xf2, 0xf3]) IS_PREFIX[prefix] = 1;
const [OPERAND_16, REPEAT, ESCAPE, VEX2, VEX3, EVEX] = [0x66, 0xf3, 0x0f, 0xc5, 0xc4, 0x62];
const TWO_TO_32 = 0x1_0000_0000;
/** The processor refuses longer ones. */
export const LONGEST_INSTRUCTION_BYTES = 15;

/** The instruction at `start` of `bytes`; null: none that is known, or its end is not there. */
export function decodeX86(bytes: Uint8Array, start: number): X86Instruction | null {
  let at = start;
  let isHalf = false;
  let isRepeated = false;
  for (; IS_PREFIX[bytes[at] ?? 0] === 1; at += 1) {
    isHalf ||= bytes[at] === OPERAND_16;
    isRepeated ||= bytes[at] === REPEAT;
    if (at - start >= LONGEST_INSTRUCTION_BYTES) return null;
  }
  let rex = 0;
  let map = 0;
  let third = -1;
  let isVector = false;
  let opcode = bytes[at++] ?? 0;
  if ((opcode & 0xf0) === 0x40) {
    rex = opcode;
    opcode = bytes[at++] ?? 0;
  }
  if (opcode === ESCAPE) {
    opcode = bytes[at++] ?? 0;
    map = opcode === 0x38 ? 2 : opcode === 0x3a ? 3 : 1;
    if (map > 1) opcode = bytes[at++] ?? 0;
  } else if (opcode === VEX2 || opcode === VEX3 || opcode === EVEX) {
    // Bits that extend register numbers are kept inverted.
    isVector = true;
    const first = bytes[at] ?? 0;
    const second = bytes[opcode === VEX2 ? at : at + 1] ?? 0;
    map = opcode === VEX2 ? 1 : first & (opcode === EVEX ? 0x0f : 0x1f);
    rex = (~first >> 5) & (opcode === VEX2 ? 4 : 7);
    if (opcode !== VEX2) rex |= (second >> 4) & 8;
    third = (~second >> 3) & 15;
    isRepeated = (second & 3) === 2;
    if (map < 1 || map > 6 || map === 4 || (opcode !== EVEX && map > 3)) return null;
    at += opcode === VEX2 ? 1 : opcode === VEX3 ? 2 : 3;
    opcode = bytes[at++] ?? 0;
  }
  const form = map === 0 ? ONE_BYTE[opcode] : map === 1 ? TWO_BYTES[opcode] : map === 3 ? 'M' : 'm';
  if (form === undefined || form === '-' || (isVector && form === 'r')) return null;
  let reg = -1;
  let rm = -1;
  let memory: X86Memory | null = null;
  if (form === 'm' || form === 'M' || form === 'Z' || form === 'g' || form === 'h') {
    const modrm = bytes[at++] ?? 0;
    reg = ((modrm >> 3) & 7) | ((rex & 4) << 1);
    const low = modrm & 7;
    if (modrm >= 0xc0) rm = low | ((rex & 1) << 3);
    else {
      const sib = low === 4 ? (bytes[at++] ?? 0) : low;
      const isAbsolute = modrm < 0x40 && (sib & 7) === 5;
      const index = low === 4 ? ((sib >> 3) & 7) | ((rex & 2) << 2) : 4;
      const size = modrm >= 0x80 || isAbsolute ? 4 : modrm >= 0x40 ? 1 : 0;
      const base = isAbsolute ? -1 : (sib & 7) | ((rex & 1) << 3);
      memory = { base, index: index === 4 ? -1 : index, displacement: signed(bytes, at, size) };
      at += size;
    }
  }
  const size = immediateBytes(form, reg & 7, (rex & 8) !== 0, isHalf);
  const immediate = signed(bytes, at, size);
  at += size;
  if (at > bytes.length || at - start > LONGEST_INSTRUCTION_BYTES) return null;
  const low = (opcode & 7) | ((rex & 1) << 3);
  const isWide = (rex & 8) !== 0;
  return {
    length: at - start,
    map,
    opcode,
    isVector,
    isRepeated,
    isWide,
    hasRex: rex !== 0,
    reg,
    rm,
    memory,
    low,
    third,
    immediate,
  };
}

function immediateBytes(form: string, operation: number, isWide: boolean, isHalf: boolean): number {
  const z = isHalf && !isWide ? 2 : 4;
  switch (form) {
    case 'b':
    case 'M':
      return 1;
    case 'w':
      return 2;
    case 'z':
    case 'Z':
      return z;
    case 'r':
      return 4;
    case 'v':
      return isWide ? 8 : z;
    case 'o':
      return 8;
    case 'g':
      return operation < 2 ? 1 : 0;
    case 'h':
      return operation < 2 ? z : 0;
    default:
      return 0;
  }
}

function signed(bytes: Uint8Array, at: number, size: number): number {
  if (size === 0) return 0;
  const first = bytes[at] ?? 0;
  if (size === 1) return (first << 24) >> 24;
  const half = first | ((bytes[at + 1] ?? 0) << 8);
  if (size === 2) return (half << 16) >> 16;
  const low = half | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  return size === 4 ? low : (low >>> 0) + signed(bytes, at + 4, 4) * TWO_TO_32;
}
