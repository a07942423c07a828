// What methods push below their frames: pieces of code as HotSpot makes it, written by hand.

import { expect, test } from 'vitest';
import type { FramedCode, Pushed } from '../../../../src/unwind/arch/code-bytes.ts';
import { keepsStack, pushedBytes } from '../../../../src/unwind/arch/x86-pushed.ts';

const CODE_AT = 0x7f00_0000_1000;
/** push rbp; sub rsp, 0x20 have been there. */
const FRAME_BYTES = 0x30;

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(/\s/gu, ''), 'hex');

function method(bytes: Uint8Array): FramedCode {
  return {
    code: (start, end) => ({ address: start, bytes: bytes.subarray(start - CODE_AT, end - CODE_AT) }),
    begin: CODE_AT,
    end: CODE_AT + bytes.length,
    frameSizeBytes: FRAME_BYTES,
  };
}

function keeps(hex: string): boolean {
  return keepsStack(method(bytesOf(hex)));
}

function pushed(hex: string, from: number, maxInstructions = 64): Pushed {
  return pushedBytes(method(bytesOf(hex)), CODE_AT + from, maxInstructions);
}

test.each([
  ['moves, spills, calls, a return', '8bc6 48897424 18 e800000000 ffd0 4883c420 5d c3', true],
  ['a second prologue, for on-stack replacement', '4883c420 5d c3 55 4883ec20 90', true],
  ['registers saved around a slow barrier of C1', '56 52 e800000000 5a 5e 4883c420 5d c3', false],
  ['another size than the frame', '4883c410 5d c3', false],
  ['half of a teardown', '4883c420 c3', false],
  ['an aligned stack', '4883e4f0 c3', false],
  ['a stack pointer from a register', '488be3 c3', false],
  ['a stack pointer from memory', '488b2424 c3', false],
  ['leave', 'c9 c3', false],
  ['what is no instruction', '06 c3', false],
  ['a vector instruction with rsp’s number', 'c5fb10e4 660f6fe1 4883c420 5d c3', true],
])('%s', (_, hex, expected) => {
  expect(keeps(hex)).toBe(expected);
});

test('a frame of nothing but return address and saved rbp', () => {
  const bytes = bytesOf('90 5d c3 55 90 5d c3');
  expect(keepsStack({ ...method(bytes), frameSizeBytes: 16 })).toBe(true);
});

test('a method too large for one look is not read', () => {
  const large = method(Buffer.alloc(65_537, 0x90));
  expect(keepsStack({ ...large, end: large.end - 1 })).toBe(true);
  expect(keepsStack(large)).toBe(false);
});

test('at every instruction between pushes and pops', () => {
  // nop; push rsi; push rdx; nop; sub rsp, 8; nop; add rsp, 8; pop rdx; pop rsi; nop; add rsp, 0x20; pop rbp; ret
  const code = '90 56 52 90 4883ec08 90 4883c408 5a 5e 90 4883c420 5d c3';
  const at = [0, 1, 2, 3, 4, 8, 9, 13, 14, 15, 16].map((from) => pushed(code, from));
  expect(at).toEqual([0, 0, 8, 16, 16, 24, 24, 16, 8, 0, 0]);
});

test('a way that ends nowhere is left for one that returns', () => {
  // push rsi; test eax, eax; je to the pop; int3; pop rsi; add rsp, 0x20; pop rbp; ret
  expect(pushed('56 85c0 7401 cc 5e 4883c420 5d c3', 1)).toBe(8);
});

test('not told: fewer bytes than the frame has, a loop without end, a return too far away; or a stack pointer kept elsewhere', () => {
  expect(pushed('90 488b2424 4883c420 5d c3', 0)).toBe('elsewhere');
  expect(pushed('90 4883c420 5d c3', 0, 3)).toBeNull();
  expect(pushed('90 c3', 0)).toBeNull();
  expect(pushed('90 ebfd', 0)).toBeNull();
});
