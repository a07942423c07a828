// The check for the reserved zone of the stack, as it was found in a running JDK 26 in front of a rethrow, and what is none.

import { expect, test } from 'vitest';
import type { FrameState } from '../../../../src/unwind/arch/code-bytes.ts';
import { reservedCheckState } from '../../../../src/unwind/arch/x86-reserved-check.ts';

const START = 0x7f00_0000_1000;
const FRAME_BYTES = 0x90;

function state(hex: string, offset: number, frameSizeBytes = FRAME_BYTES): FrameState | null {
  const bytes = Buffer.from(hex.replaceAll(/\s/gu, ''), 'hex');
  return reservedCheckState({ address: START, bytes: bytes.subarray(0, offset + 24) }, START + offset, frameSizeBytes);
}
const at = (returnAt: number): FrameState => ({ kind: 'partial', returnAt, savedFpAt: null });

/**
 * 0 vzeroupper; 3 add rsp, 0x80; 10 pop rbp; 11 cmp rsp, [r15 + activation]; 18 jb 85; 24 mov rdi, r15; 27 test spl, 15; 31 je 55; 37 sub rsp, 8;
 * 41 call; 46 add rsp, 8; 50 jmp 60; 55 call; 60 jmp throw_delayed_StackOverflowError; 65 stop (mov rdi; and rsp, -16; call; hlt); 85 poll; jmp
 */
const CHECK =
  'c5f877 4881c480000000 5d 493ba798050000 0f823d000000 498bff 40f6c40f 0f8412000000 4883ec08 e8fd683318 4883c408 e905000000 e8ef683318 e97a9c91ff' +
  '48bfcd52bdbe487f0000 4883e4f0 e885fb03c5 f4';
const RETHROW = `${CHECK} 493ba750040000 0f8707000000 e97a9c91ff`;

test('at every instruction', () => {
  for (const offset of [11, 18, 24, 27, 31, 37, 50, 55, 60, 85, 92, 98])
    expect(state(RETHROW, offset), String(offset)).toEqual(at(0));
  // Aligned for the call, which returns to 46.
  for (const offset of [41, 46]) expect(state(RETHROW, offset), String(offset)).toEqual(at(8));
  expect(state(RETHROW, 10)).toEqual({ kind: 'partial', returnAt: 8, savedFpAt: 0 });
});

test.each([
  ['before', RETHROW, 3],
  ['in the call of stop', CHECK, 75],
  ['behind a jump that nothing leads over', '4881c480000000 5d e900100000 90', 14],
  ['behind a return', '4881c480000000 5d c3 90', 10],
  ['the teardown of another size', '4881c470000000 5d 90 90', 10],
  ['behind one that popped more', '4881c480000000 5d 59 90', 10],
  ['behind an aligned stack', '4881c480000000 5d 4883e4f0 90', 13],
  ['between two instructions', RETHROW, 12],
])('none: %s', (_, code, offset) => {
  expect(state(code, offset)).toBeNull();
});

test('a small frame, whose size fits into a byte; one that has nothing to take down', () => {
  expect(state('4883c420 5d 90 90', 6, 0x30)).toEqual(at(0));
  expect(state('5d 90 90', 2, 16)).toBeNull();
  const small = '90 5d 493b67 70 0f8240000000 90';
  expect(state(small, 1, 16)).toEqual({ kind: 'partial', returnAt: 8, savedFpAt: 0 });
  for (const offset of [2, 6, 12]) expect(state(small, offset, 16), String(offset)).toEqual(at(0));
});
