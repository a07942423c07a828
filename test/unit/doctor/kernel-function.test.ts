// Real boundaries: what only looks like a call or a field inside another instruction is none. Megabytes of kernels against objdump:
// test/guest/freeze-check.test.ts.

import { describe, expect, test } from 'vitest';
import { callText, fieldUse } from '../../../src/doctor/instruction-text.ts';
import { calledAddress, decodeAll, takeApart } from '../../../src/doctor/kernel-function.ts';
import { asKernelAddress } from '../../../src/model/units.ts';
import { symbolsFrom } from '../../support/machine-code.ts';

const START = asKernelAddress(0xffffffff81000000n);
const SYMBOLS = symbolsFrom([
  { address: START, name: 'one' },
  { address: START + 16n, name: 'two' },
]);

const decode = (...bytes: number[]) => decodeAll({ address: START, bytes: Uint8Array.from(bytes) });

describe('calls', () => {
  test('lead forwards and backwards, and wrap at the end of the address space', () => {
    const targets = decode(0x90, 0xe8, 0x0a, 0, 0, 0, 0xe9, 0xf5, 0xff, 0xff, 0xff, 0xc3).map(calledAddress);
    expect(targets).toEqual([null, START + 16n, START, null]);
    const [last] = decodeAll({
      address: asKernelAddress(0xfffffffffffffff0n),
      bytes: Uint8Array.of(0xe8, 0xff, 0xff, 0xff, 0x7f),
    });
    expect(last === undefined ? null : calledAddress(last)).toBe(0x7ffffff4n);
  });

  test('are named by the function that begins there', () => {
    const texts = decode(0xe8, 0x0b, 0, 0, 0, 0xe9, 0x07, 0, 0, 0).map((placed) => callText(placed, SYMBOLS));
    expect(texts).toEqual(['call two', 'jmp 0xffffffff81000011']);
  });

  test('bytes of a call inside another instruction are none', () => {
    // movabs $0x…e8…, %rax
    expect(decode(0x48, 0xb8, 0xe8, 0, 0, 0, 0, 0xe8, 0, 0).map(calledAddress)).toEqual([null]);
  });
});

describe('fields', () => {
  test.each([
    [[0x83, 0x80, 0x18, 0x14, 0, 0, 1], 'addl $0x1,0x1418(%rax)', true, false],
    [[0x41, 0xff, 0x84, 0x24, 0x18, 0x14, 0, 0], 'incl 0x1418(%r12)', true, false],
    [[0x8b, 0x90, 0x18, 0x14, 0, 0], 'mov 0x1418(%rax),%edx', false, true],
    [[0x83, 0xb8, 0x18, 0x14, 0, 0, 0], 'cmpl $0x0,0x1418(%rax)', false, true],
    [[0x83, 0xa8, 0x18, 0x14, 0, 0, 1], 'subl $0x1,0x1418(%rax)', false, false],
    // Eight bytes are another field.
    [[0x48, 0x8b, 0x90, 0x18, 0x14, 0, 0], 'mov 0x1418(%rax),%rdx', false, false],
  ])('%j is %s', (bytes, text, countsUp, reads) => {
    expect(decode(...bytes).map(fieldUse)).toEqual([{ offset: 0x1418, text, countsUp, reads }]);
  });

  test.each([
    ['per CPU', [0x65, 0x83, 0x80, 0x18, 0x14, 0, 0, 1]],
    ['of 16 bits', [0x66, 0x83, 0x80, 0x18, 0x14, 0, 0, 1]],
    ['locked', [0xf0, 0x83, 0x80, 0x18, 0x14, 0, 0, 1]],
    ['of an array', [0x83, 0x84, 0x90, 0x18, 0x14, 0, 0, 1]],
    ['near', [0x83, 0x40, 0x18, 1]],
    ['global', [0x83, 0x05, 0x18, 0x14, 0, 0, 1]],
  ])('one that is %s is none', (_, bytes) => {
    expect(decode(...bytes).map(fieldUse)).toEqual([null]);
  });
});

describe('a function', () => {
  const takes = (bytes: readonly number[], name = 'one') =>
    takeApart(name, { address: START, bytes: Uint8Array.from(bytes) }, SYMBOLS).extent;
  const nops = (count: number): number[] => Array<number>(count).fill(0x90);

  test('ends where the next begins', () => {
    const { extent, instructions } = takeApart('one', { address: START, bytes: Uint8Array.from(nops(40)) }, SYMBOLS);
    expect(extent).toBe('whole');
    expect(instructions).toHaveLength(16);
  });
  test('that was not read to its end is cut', () => {
    expect(takes(nops(8))).toBe('cut');
  });
  test('with an instruction that is not known (0xea is none in 64 bits) is not decoded', () => {
    expect(takes([...nops(4), 0xea, ...nops(20)])).toBe('undecoded');
  });
  test('that is another, or all zeros, was not read', () => {
    expect(takes(nops(40), 'other')).toBe('unreadable');
    expect(takes(Array<number>(40).fill(0))).toBe('unreadable');
  });
});
