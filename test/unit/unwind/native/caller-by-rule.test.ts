// Rules on a stack of known words: each kind of rule, the PLT's and the signal frame's expressions as glibc has them, and what is not
// there.

import { describe, expect, test } from 'vitest';
import { asAddress } from '../../../../src/model/units.ts';
import { type RegisterRule, type UnwindRule, X86_64_DWARF } from '../../../../src/model/unwind-rule.ts';
import { callerByRule } from '../../../../src/unwind/native/caller-by-rule.ts';
import { evaluateExpression } from '../../../../src/unwind/native/dwarf-expression.ts';
import { type RegisterFile, unknownRegisters } from '../../../../src/unwind/native/register-file.ts';
import { StackWindow, WalkStop } from '../../../../src/unwind/stack-window.ts';

const STACK = 0x7fff_0000_0000;
const [RBX, RBP, RSP, R12, RIP] = [3, 6, 7, 12, 16];

function windowOf(words: readonly number[], options: { cut?: boolean } = {}): StackWindow {
  const bytes = Buffer.alloc(words.length * 8);
  words.forEach((word, i) => bytes.writeBigUInt64LE(BigInt(word), 8 * i));
  const end = asAddress(STACK + bytes.length + (options.cut === true ? 4096 : 0));
  const chunks = [{ address: asAddress(STACK), bytes }];
  return new StackWindow({ chunks, unreadablePages: [], end, cut: options.cut === true, lostChunks: 0 }, null);
}

function registersOf(known: Readonly<Record<number, number>>): RegisterFile {
  const file = unknownRegisters(X86_64_DWARF);
  for (const [register, value] of Object.entries(known)) file[Number(register)] = value;
  return file;
}

const ruleOf = (offset: number, registers: Readonly<Record<number, RegisterRule>> = {}): UnwindRule => ({
  cfa: { kind: 'register', register: RSP, offset },
  returnAddress: { kind: 'saved', offset: -8 },
  registers: Object.entries(registers).map(([register, rule]) => ({ register: Number(register), rule })),
  isSignalFrame: false,
});

describe('a caller by rule', () => {
  const leaf = { [RSP]: STACK, [RBP]: 0x1111, [RBX]: 0x2222, [R12]: 0x3333, 0: 0x4444, [RIP]: 0x40_0000 };

  test('what callees keep stays, what they may change is not known', () => {
    const caller = callerByRule(ruleOf(16), registersOf(leaf), windowOf([1, 0x41_0000, 3]), X86_64_DWARF);
    if (caller.kind !== 'caller') throw new Error(caller.kind);
    const { registers } = caller;
    expect([RIP, RSP, RBP, RBX, R12, 0].map((register) => registers[register])).toEqual([0x41_0000, STACK + 16, 0x1111, 0x2222, 0x3333, NaN]); // prettier-ignore
  });

  test('every kind of rule for a register', () => {
    const rules: Readonly<Record<number, RegisterRule>> = {
      [RBX]: { kind: 'saved', offset: -16 },
      [RBP]: { kind: 'offset', offset: -24 },
      [R12]: { kind: 'undefined' },
      13: { kind: 'register', register: RBX },
      14: { kind: 'saved-at', expression: [0x23, 8] },
      15: { kind: 'computed', expression: [0x23, 5] },
    };
    const caller = callerByRule(ruleOf(24, rules), registersOf(leaf), windowOf([1, 7, 0x41_0000, 3, 9]), X86_64_DWARF);
    if (caller.kind !== 'caller') throw new Error(caller.kind);
    const values = [RBX, RBP, R12, 13, 14, 15].map((register) => caller.registers[register]);
    expect(values).toEqual([7, STACK, NaN, 0x2222, 9, STACK + 24 + 5]);
  });

  test('in an epilogue, what was popped is in its register: its slot lies below sp', () => {
    const rules: Readonly<Record<number, RegisterRule>> = { [RBX]: { kind: 'saved', offset: -16 } };
    const caller = callerByRule(ruleOf(8, rules), registersOf(leaf), windowOf([0x41_0000, 0]), X86_64_DWARF);
    expect(caller.kind === 'caller' && caller.registers[RBX]).toBe(0x2222);
  });

  test('no return address: no caller; unknown registers: nothing', () => {
    const none: UnwindRule = { ...ruleOf(8), returnAddress: { kind: 'undefined' } };
    expect(callerByRule(none, registersOf(leaf), windowOf([]), X86_64_DWARF)).toEqual({ kind: 'none' });
    const byR10: UnwindRule = { ...ruleOf(8), cfa: { kind: 'register', register: 10, offset: 0 } };
    expect(callerByRule(byR10, registersOf(leaf), windowOf([1, 2]), X86_64_DWARF)).toEqual({ kind: 'unknown' });
    const elsewhere: UnwindRule = { ...ruleOf(8), cfa: { kind: 'register', register: RBX, offset: 0 } };
    expect(callerByRule(elsewhere, registersOf(leaf), windowOf([1, 2]), X86_64_DWARF)).toEqual({ kind: 'unknown' });
  });

  test('a return address beyond what was copied is a reason, not a guess', () => {
    expect(() => callerByRule(ruleOf(64), registersOf(leaf), windowOf([1, 2], { cut: true }), X86_64_DWARF)).toThrow(WalkStop);
  });
});

describe('expressions', () => {
  const evaluate = (code: readonly number[], registers: Readonly<Record<number, number>> = {}, initial: readonly number[] = []) =>
    evaluateExpression(code, initial, {
      registers: registersOf(registers),
      word: (address) => (address >= STACK && address < STACK + 4096 ? address - STACK : null),
    });

  test("the PLT's: 8 bytes more behind the push at offset 11", () => {
    // breg7+8; breg16+0; lit15; and; lit11; ge; lit3; shl; plus: what ld writes for every .plt.
    const plt = [0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22];
    expect(evaluate(plt, { 7: STACK, 16: 0x40_1020 })).toBe(STACK + 8);
    expect(evaluate(plt, { 7: STACK, 16: 0x40_102b })).toBe(STACK + 16);
  });

  test("the signal frame's: a register at its place in the context, and the CFA read from it", () => {
    expect(evaluate([0x77, 0xa0, 0x01], { 7: STACK })).toBe(STACK + 160);
    expect(evaluate([0x77, 0xa0, 0x01, 0x06], { 7: STACK })).toBe(160);
  });

  test.each([
    ['constants of every size', [0x08, 0xff, 0x09, 0xff, 0x22], 254],
    ['two bytes, signed', [0x0b, 0xfe, 0xff, 0x1f], 2],
    ['LEB128', [0x10, 0x80, 0x01, 0x11, 0x7f, 0x22], 127],
    ['arithmetic', [0x08, 7, 0x32, 0x1e, 0x34, 0x1b, 0x33, 0x1c], 0],
    ['modulo, or, xor, not', [0x37, 0x34, 0x1d, 0x34, 0x21, 0x35, 0x27, 0x20, 0x20], 2],
    ['shifts', [0x31, 0x08, 40, 0x24, 0x08, 39, 0x25], 2],
    ['a shift by too much', [0x31, 0x08, 200, 0x24], 0],
    ['dup, over, pick, swap, rot, drop', [0x31, 0x32, 0x33, 0x12, 0x14, 0x15, 4, 0x16, 0x17, 0x13, 0x22], 6],
    ['a branch that is taken', [0x31, 0x28, 1, 0, 0x39, 0x35], 5],
    ['a jump', [0x31, 0x2f, 1, 0, 0x39], 1],
    ['comparisons', [0x09, 0xff, 0x31, 0x2d, 0x32, 0x33, 0x2b, 0x22], 1],
  ])('%s', (_, code, value) => {
    expect(evaluate(code)).toBe(value);
  });

  test.each([
    ['an empty one', []],
    ['too few operands', [0x31, 0x22]],
    ['a division by 0', [0x31, 0x30, 0x1b]],
    ['an endless loop', [0x31, 0x28, 0xfc, 0xff, 0x2f, 0xfa, 0xff]],
    ['a stack without end', [0x31, 0x2f, 0xfc, 0xff]],
    ['a jump out', [0x2f, 0xff, 0x7f]],
    ['memory that is not the stack', [0x31, 0x06]],
    ['an unknown register', [0x75, 0]],
    ['an operation of locations', [0x9f]],
    ['cut in its operand', [0x0c, 1]],
  ])('%s has no value', (_, code) => {
    expect(evaluate(code)).toBeNull();
  });
});
