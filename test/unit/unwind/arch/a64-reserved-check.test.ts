// The check for the reserved zone of the stack as C1 makes it on aarch64, at every instruction, and what is none.

import { expect, test } from 'vitest';
import { LINKED, RECORD_ON_TOP } from '../../../../src/unwind/arch/a64-frames.ts';
import { reservedCheckState } from '../../../../src/unwind/arch/a64-reserved-check.ts';
import type { FrameState } from '../../../../src/unwind/arch/code-bytes.ts';

const START = 0x55_1400_0000;
/**
 * 0 ldr x8, [x28, #n]; 1 cmp sp, x8; 2 b.lo 19; 3 stp x29, x30, [sp, #-16]!; 4 mov x29, sp; 5 mov x8, …; 8 mov x0, x28; 9 blr x8;
 * 10 ldp x29, x30, [sp], #16; 11 mov x8, …; 14 br x8; 15 stop; 19 ldr x8, [x28, #poll]; 20 cmp sp, x8; 21 b.hi; 22 b
 */
const CHECK = [
  0xf942_2788, 0xeb28_63ff, 0x5400_0223, 0xa9bf_7bfd, 0x9100_03fd, 0xd280_0008, 0xf2a0_0008, 0xf2c0_0008, 0xaa1c_03e0, 0xd63f_0100,
  0xa8c1_7bfd, 0xd280_0008, 0xf2a0_0008, 0xf2c0_0008, 0xd61f_0100, 0xd4bb_d5a1, 0, 0, 0, 0xf942_2b88, 0xeb28_63ff, 0x5400_0108, 0x1400_0100,
]; // prettier-ignore
const LOAD_AND_ADD = [0xa944_7bfd, 0x9101_43ff];
const ADD_AND_LOAD = [0x9101_03ff, 0xa8c1_7bfd];

function state(words: readonly number[], index: number): FrameState | null {
  const bytes = Buffer.alloc(4 * words.length);
  words.forEach((word, i) => bytes.writeUInt32LE(word, 4 * i));
  return reservedCheckState({ address: START, bytes }, START + 4 * index);
}

test('at every instruction', () => {
  const words = [...LOAD_AND_ADD, ...CHECK];
  for (const index of [0, 1, 2, 3, 11, 12, 13, 14, 19, 20, 21, 22])
    expect(state(words, index + 2), String(index)).toEqual(LINKED);
  for (const index of [4, 5, 6, 7, 8, 9, 10]) expect(state(words, index + 2), String(index)).toEqual(RECORD_ON_TOP);
});

test('in the teardown before it', () => {
  // The record was loaded, and is still there: the frame counts as whole.
  expect(state([...LOAD_AND_ADD, ...CHECK], 1)).toBeNull();
  expect(state([...ADD_AND_LOAD, ...CHECK], 0)).toBeNull();
  expect(state([...ADD_AND_LOAD, ...CHECK], 1)).toEqual(RECORD_ON_TOP);
});

test('none: a poll; behind a jump far from it; before a method that goes on', () => {
  expect(state([0xf942_2b88, 0xeb28_63ff, 0x5400_0108, 0xd65f_03c0], 1)).toBeNull();
  expect(state([...CHECK, 0xd65f_03c0], 23)).toBeNull();
  expect(state([0xd280_0008, 0xf900_03e8, ...CHECK], 0)).toBeNull();
});
