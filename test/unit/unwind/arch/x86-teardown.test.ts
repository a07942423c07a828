// Behind the teardown of a frame: C2's rethrow of JDK 26, as it was found in a running VM, and what is none.

import { expect, test } from 'vitest';
import type { FrameState } from '../../../../src/unwind/arch/code-bytes.ts';
import { stateBehindTeardown } from '../../../../src/unwind/arch/x86-teardown.ts';

const START = 0x7f00_0000_1000;
const FRAME_BYTES = 0x90;

function state(hex: string, offset: number, frameSizeBytes = FRAME_BYTES): FrameState | null {
  const bytes = Buffer.from(hex.replaceAll(/\s/gu, ''), 'hex');
  return stateBehindTeardown({ address: START, bytes: bytes.subarray(0, offset) }, START + offset, frameSizeBytes);
}
const at = (returnAt: number): FrameState => ({ kind: 'partial', returnAt, savedFpAt: null });

/**
 * 0 vzeroupper; 3 add rsp, 0x80; 10 pop rbp; 11 cmp rsp, [r15 + poll]; 18 jb; 24 mov rdi, r15; 27 test spl, 15; 31 je 59; 37 sub rsp, 8;
 * 41 call; 46 add rsp, 8; 50 jmp 60; 55 call; 60 jmp rethrow_stub
 */
const RETHROW =
  'c5f877 4881c480000000 5d 493ba798050000 0f823d000000 498bff 40f6c40f 0f8412000000 4883ec08 e8fd683318 4883c408 e905000000 e8ef683318 e97a9c91ff';

test('a rethrow at every instruction', () => {
  for (const offset of [11, 18, 24, 27, 31, 37, 50, 55, 60]) expect(state(RETHROW, offset), String(offset)).toEqual(at(0));
  // Aligned for the call, which returns to 46.
  for (const offset of [41, 46]) expect(state(RETHROW, offset), String(offset)).toEqual(at(8));
});

test.each([
  ['before', RETHROW, 10],
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
});
