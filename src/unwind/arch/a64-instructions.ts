// The few A64 instructions that build, tear down and leave frames, decoded from their words (Arm ARM, C4 and C6). Every instruction
// has four bytes; code is read at multiples of that.

import type { CodeBytes } from './code-bytes.ts';

export const INSTRUCTION_BYTES = 4;
export const FP = 29;
export const LR = 30;
/** Number 31 means sp in the instructions below. */
export const SP = 31;

/** The instruction at an address; null: not read. */
export function wordAt({ address, bytes }: CodeBytes, at: number): number | null {
  const offset = at - address;
  if (offset < 0 || offset + INSTRUCTION_BYTES > bytes.length) return null;
  return wordOf(bytes, offset);
}

export function wordOf(bytes: Uint8Array, offset: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

const is = (word: number, mask: number, value: number): boolean => (word & mask) >>> 0 === value;

/** ret, and its forms that check a signature. */
export function isReturn(word: number): boolean {
  return is(word, 0xffff_fc1f, 0xd65f_0000) || is(word, 0xffff_fbff, 0xd65f_0bff);
}

/** bl, blr, and blr's forms that check a signature. */
export function isCall(word: number): boolean {
  return word >>> 26 === 0x25 || is(word, 0xffff_fc1f, 0xd63f_0000) || is(word, 0xfeff_f800, 0xd63f_0800);
}

/** The register of `blr xN`; null: another instruction. */
export function calledRegister(word: number): number | null {
  return is(word, 0xffff_fc1f, 0xd63f_0000) ? (word >>> 5) & 31 : null;
}

/** Where `bl` at `at` goes. */
export function callTargetOf(word: number, at: number): number | null {
  return word >>> 26 === 0x25 ? at + ((word << 6) >> 4) : null;
}

/** b or br: the way out of code that does not return. */
export function isJump(word: number): boolean {
  return word >>> 26 === 0x05 || is(word, 0xffff_fc1f, 0xd61f_0000);
}

/** Where b, b.cond, cbz, cbnz, tbz or tbnz at `at` goes; null: another instruction. */
export function branchTargetOf(word: number, at: number): number | null {
  if (word >>> 26 === 0x05) return at + ((word << 6) >> 4);
  if (is(word, 0xff00_0010, 0x5400_0000) || is(word, 0x7e00_0000, 0x3400_0000)) return at + (((word << 8) >> 13) << 2);
  return is(word, 0x7e00_0000, 0x3600_0000) ? at + (((word << 13) >> 18) << 2) : null;
}

/** Registers and place of `stp`/`ldp` of two 64-bit registers. */
export interface Pair {
  readonly isLoad: boolean;
  readonly mode: 'offset' | 'pre' | 'post';
  readonly first: number;
  readonly second: number;
  readonly base: number;
  readonly offsetBytes: number;
}

const PAIR_MODES: ReadonlyMap<number, Pair['mode']> = new Map([
  [1, 'post'],
  [2, 'offset'],
  [3, 'pre'],
]);

export function pairOf(word: number): Pair | null {
  if (!is(word, 0xfe00_0000, 0xa800_0000)) return null;
  const mode = PAIR_MODES.get((word >>> 23) & 3);
  if (mode === undefined) return null;
  return {
    isLoad: ((word >>> 22) & 1) === 1,
    mode,
    first: word & 31,
    second: (word >>> 10) & 31,
    base: (word >>> 5) & 31,
    offsetBytes: ((word << 10) >> 25) * 8,
  };
}

/** stp/ldp of x29 and x30 on the stack: a frame record. */
export function frameRecordOf(word: number): Pair | null {
  const pair = pairOf(word);
  return pair !== null && pair.first === FP && pair.second === LR && pair.base === SP ? pair : null;
}

/** `add Rd, Rn, #n` and `sub` (as a negative number) of 64-bit registers. */
export interface AddImmediate {
  readonly to: number;
  readonly from: number;
  readonly value: number;
}

export function addImmediateOf(word: number): AddImmediate | null {
  const isAdd = is(word, 0xff80_0000, 0x9100_0000);
  if (!isAdd && !is(word, 0xff80_0000, 0xd100_0000)) return null;
  const value = ((word >>> 10) & 0xfff) << (((word >>> 22) & 1) * 12);
  return { to: word & 31, from: (word >>> 5) & 31, value: isAdd ? value : -value };
}

/** By how much the instruction moves sp at once; null: it does not, or by a register. */
export function spMovedBy(word: number): number | null {
  const add = addImmediateOf(word);
  return add !== null && add.to === SP && add.from === SP ? add.value : null;
}

/** sub sp, sp, xN: C2's and C1's way to frames larger than an immediate. */
export function isSubSpRegister(word: number): boolean {
  return is(word, 0xffe0_ffff, 0xcb20_63ff);
}

/** mov x29, sp or add x29, sp, #n: a frame pointer. */
export function setsFramePointer(word: number): boolean {
  const add = addImmediateOf(word);
  return add !== null && add.to === FP && add.from === SP && add.value >= 0;
}

/** mov sp, x29: first half of MacroAssembler::leave. */
export const MOV_SP_FP = 0x9100_03bf;

/** The register N of `mov xN, sp`; null: another instruction. */
export function takesSp(word: number): number | null {
  const add = addImmediateOf(word);
  return add !== null && add.from === SP && add.value === 0 && add.to !== SP ? add.to : null;
}

/** The register N of `mov xN, x30`; null: another instruction. */
export function takesLink(word: number): number | null {
  return is(word, 0xffff_ffe0, 0xaa1e_03e0) ? word & 31 : null;
}

/** movz/movk of a 64-bit register. */
export interface MoveWide {
  readonly register: number;
  readonly keeps: boolean;
  readonly shiftBits: number;
  readonly value: number;
}

export function moveWideOf(word: number): MoveWide | null {
  const keeps = is(word, 0xff80_0000, 0xf280_0000);
  if (!keeps && !is(word, 0xff80_0000, 0xd280_0000)) return null;
  return { register: word & 31, keeps, shiftBits: ((word >>> 21) & 3) * 16, value: (word >>> 5) & 0xffff };
}

/** adr xN, label. */
export function isAdr(word: number): boolean {
  return is(word, 0x9f00_0000, 0x1000_0000);
}

/** str xN, [x28, #n]: into the JavaThread. */
export function storesToThread(word: number): boolean {
  return is(word, 0xffc0_03e0, 0xf900_0380);
}

/**
 * Instructions that stand between the end of a frame and the jump out of its method without touching it: hints (nop, bti, the
 * authentication of x30), loads into scratch registers, comparisons, conditional branches, scratch arithmetic of addresses.
 */
export function isNeutral(word: number): boolean {
  return (
    is(word, 0xffff_f01f, 0xd503_201f) || // hint space
    is(word, 0xffc0_0000, 0xf940_0000) || // ldr xN, [xM, #n]
    is(word, 0xffc0_0000, 0xb940_0000) || // ldr wN, [xM, #n]: the poll of a page
    is(word, 0xffe0_001f, 0xeb20_001f) || // cmp sp, xN
    is(word, 0xff20_001f, 0xeb00_001f) || // cmp xN, xM
    is(word, 0xff00_0010, 0x5400_0000) || // b.cond
    is(word, 0x7e00_0000, 0x3400_0000) || // cbz, cbnz
    is(word, 0x9f00_0000, 0x9000_0000) || // adrp
    moveWideOf(word) !== null ||
    isScratchAdd(word)
  );
}

const [FIRST_SCRATCH, LAST_SCRATCH] = [8, 17];

function isScratchAdd(word: number): boolean {
  const add = addImmediateOf(word);
  return add !== null && add.to >= FIRST_SCRATCH && add.to <= LAST_SCRATCH && add.from === add.to;
}
