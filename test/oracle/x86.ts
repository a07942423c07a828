// Bytes of x86-64 code → one instruction: its length, and what a proof needs of it (opcode, operands, immediate). Only long mode; no
// names, no privileged oddities. Source: Intel SDM volume 2, appendix A (opcode maps) and chapter 2 (encoding). Written for the oracle
// alone: it must not share code with the unwinder it judges. Checked against objdump over whole libraries (test/unit/oracle).

export type OpcodeMap = 'one' | '0f' | '0f38' | '0f3a';

export interface MemoryOperand {
  /** Register number, or -1: none; rip-relative has {@link ripRelative}. */
  readonly base: number;
  readonly index: number;
  readonly displacement: number;
  readonly ripRelative: boolean;
}

export interface Instruction {
  readonly length: number;
  readonly map: OpcodeMap;
  readonly opcode: number;
  /** VEX or EVEX encoded: registers of the reg field are vector registers unless stated otherwise. */
  readonly vector: boolean;
  readonly wide: boolean;
  /** ModRM.reg with its REX bit; for groups, `reg & 7` is the operation. -1 without ModRM. */
  readonly reg: number;
  /** ModRM.rm as a register with its REX bit, when it is one; else -1. */
  readonly rm: number;
  readonly memory: MemoryOperand | null;
  /** Register in the low opcode bits (push, pop, mov imm, xchg, bswap) with its REX bit. */
  readonly low: number;
  /** Sign-extended immediate or branch displacement; 0 without. */
  readonly immediate: number;
}

const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);
/** The processor refuses longer ones. */
const LONGEST = 15;

/** null: not an instruction, or it reaches past the end of the bytes. */
export function decodeInstruction(code: Uint8Array, at: number): Instruction | null {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  try {
    return decode(view, at);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function decode(view: DataView, start: number): Instruction | null {
  let at = start;
  let operand16 = false;
  let address32 = false;
  while (PREFIXES.has(view.getUint8(at))) {
    operand16 ||= view.getUint8(at) === 0x66;
    address32 ||= view.getUint8(at) === 0x67;
    if (++at - start >= LONGEST) return null;
  }
  let rex = 0;
  let map: OpcodeMap = 'one';
  let vector = false;
  let opcode = view.getUint8(at++);
  if ((opcode & 0xf0) === 0x40) {
    rex = opcode;
    opcode = view.getUint8(at++);
  }
  if (opcode === 0x0f) {
    opcode = view.getUint8(at++);
    map = '0f';
    if (opcode === 0x38 || opcode === 0x3a) {
      map = opcode === 0x38 ? '0f38' : '0f3a';
      opcode = view.getUint8(at++);
    }
  } else if (opcode === 0xc5 || opcode === 0xc4 || opcode === 0x62) {
    // The register-extension bits of VEX and EVEX are stored inverted.
    vector = true;
    const first = view.getUint8(at);
    rex = 0x40 | (first & 0x80 ? 0 : 4);
    let mapNumber = 1;
    if (opcode !== 0xc5) {
      rex |= (first & 0x40 ? 0 : 2) | (first & 0x20 ? 0 : 1) | (view.getUint8(at + 1) & 0x80 ? 8 : 0);
      mapNumber = first & (opcode === 0x62 ? 0x07 : 0x1f);
    }
    at += opcode === 0xc5 ? 1 : opcode === 0xc4 ? 2 : 3;
    if (mapNumber < 1 || mapNumber > 3) return null;
    map = mapNumber === 1 ? '0f' : mapNumber === 2 ? '0f38' : '0f3a';
    opcode = view.getUint8(at++);
  }
  let reg = -1;
  let rm = -1;
  let memory: MemoryOperand | null = null;
  if (hasModRm(map, opcode)) {
    const modrm = view.getUint8(at++);
    const mod = modrm >> 6;
    reg = ((modrm >> 3) & 7) | (rex & 4 ? 8 : 0);
    if (mod === 3) {
      rm = (modrm & 7) | (rex & 1 ? 8 : 0);
    } else {
      let base = (modrm & 7) | (rex & 1 ? 8 : 0);
      let index = -1;
      let noBase = false;
      if ((modrm & 7) === 4) {
        const sib = view.getUint8(at++);
        index = ((sib >> 3) & 7) | (rex & 2 ? 8 : 0);
        if (index === 4) index = -1;
        base = (sib & 7) | (rex & 1 ? 8 : 0);
        noBase = (sib & 7) === 5 && mod === 0;
      }
      const ripRelative = (modrm & 7) === 5 && mod === 0;
      const size = mod === 1 ? 1 : mod === 2 || noBase || ripRelative ? 4 : 0;
      memory = { base: noBase || ripRelative ? -1 : base, index, displacement: signed(view, at, size), ripRelative };
      at += size;
    }
  }
  const size = immediateSize(map, opcode, reg & 7, operand16, (rex & 8) !== 0, address32);
  const immediate = size === 3 ? view.getUint16(at, true) : signed(view, at, size);
  at += size;
  if (at > view.byteLength || at - start > LONGEST) return null;
  if (!isKnown(map, opcode)) return null;
  const low = (opcode & 7) | (rex & 1 ? 8 : 0);
  return { length: at - start, map, opcode, vector, wide: (rex & 8) !== 0, reg, rm, memory, low, immediate };
}

function signed(view: DataView, at: number, size: number): number {
  if (size === 0) return 0;
  if (size === 1) return view.getInt8(at);
  if (size === 2) return view.getInt16(at, true);
  if (size === 4) return view.getInt32(at, true);
  return Number(view.getBigInt64(at, true));
}

/** Opcodes that do not exist in long mode. */
function isKnown(map: OpcodeMap, op: number): boolean {
  if (map !== 'one')
    return !(
      map === '0f' &&
      (op === 0x04 || op === 0x0a || op === 0x0c || op === 0x24 || op === 0x26 || op === 0x36 || op === 0x39)
    );
  if (op < 0x40) return (op & 7) < 6;
  return !(
    op === 0x60 ||
    op === 0x61 ||
    op === 0x82 ||
    op === 0x9a ||
    op === 0xce ||
    op === 0xd4 ||
    op === 0xd5 ||
    op === 0xd6 ||
    op === 0xea
  );
}

function hasModRm(map: OpcodeMap, op: number): boolean {
  if (map === '0f38' || map === '0f3a') return true;
  if (map === '0f') {
    if (op >= 0x80 && op <= 0x8f) return false;
    if ((op >= 0x05 && op <= 0x0b) || op === 0x0e || (op >= 0x30 && op <= 0x37) || op === 0x77) return false;
    return !(
      op === 0xa0 ||
      op === 0xa1 ||
      op === 0xa2 ||
      op === 0xa8 ||
      op === 0xa9 ||
      op === 0xaa ||
      (op >= 0xc8 && op <= 0xcf)
    );
  }
  if (op < 0x40) return (op & 7) < 4;
  if (op === 0x63 || op === 0x69 || op === 0x6b || (op >= 0x80 && op <= 0x8f)) return true;
  if (op === 0xc0 || op === 0xc1 || op === 0xc6 || op === 0xc7 || (op >= 0xd0 && op <= 0xd3) || (op >= 0xd8 && op <= 0xdf))
    return true;
  return op === 0xf6 || op === 0xf7 || op === 0xfe || op === 0xff;
}

function immediateSize(map: OpcodeMap, op: number, group: number, operand16: boolean, wide: boolean, address32: boolean): number {
  const z = operand16 && !wide ? 2 : 4;
  if (map === '0f3a') return 1;
  if (map === '0f38') return 0;
  if (map === '0f') {
    if (op >= 0x80 && op <= 0x8f) return 4;
    if ((op >= 0x70 && op <= 0x73) || op === 0xa4 || op === 0xac || op === 0xba) return 1;
    return op === 0xc2 || op === 0xc4 || op === 0xc5 || op === 0xc6 ? 1 : 0;
  }
  if (op < 0x40) return (op & 7) === 4 ? 1 : (op & 7) === 5 ? z : 0;
  if (op === 0x68 || op === 0x69 || op === 0x81 || op === 0xa9 || op === 0xc7) return z;
  if (op === 0xe8 || op === 0xe9) return 4;
  if (op === 0x6a || op === 0x6b || (op >= 0x70 && op <= 0x7f) || op === 0x80 || op === 0x83 || op === 0xa8) return 1;
  if (op >= 0xa0 && op <= 0xa3) return address32 ? 4 : 8;
  if (op >= 0xb0 && op <= 0xb7) return 1;
  if (op >= 0xb8 && op <= 0xbf) return wide ? 8 : z;
  if (op === 0xc0 || op === 0xc1 || op === 0xc6 || op === 0xcd || op === 0xeb) return 1;
  if (op >= 0xe0 && op <= 0xe7) return 1;
  if (op === 0xc2 || op === 0xca) return 2;
  if (op === 0xc8) return 3;
  if (op === 0xf6) return group < 2 ? 1 : 0;
  return op === 0xf7 && group < 2 ? z : 0;
}
