// aarch64 frames at every pc of the shapes that HotSpot emits, and what is left of a signed return address.

import { expect, test } from 'vitest';
import { asAddress } from '../../../../src/model/units.ts';
import { callTarget, endsWithCall } from '../../../../src/unwind/arch/a64-calls.ts';
import { afterEpilogueState, enteredState, epilogueState, prologueState } from '../../../../src/unwind/arch/a64-frames.ts';
import { AARCH64 } from '../../../../src/unwind/arch/aarch64.ts';
import type { CodeBytes } from '../../../../src/unwind/arch/code-bytes.ts';
import { StackWindow } from '../../../../src/unwind/stack-window.ts';

const START = 0x5500_0000;
const NOP = 0xd503_201f;
const SUB_SP_48 = 0xd100_c3ff;
const STP_32 = 0xa902_7bfd;
const LDP_32 = 0xa942_7bfd;
const ADD_SP_48 = 0x9100_c3ff;
const PUSH_RECORD = 0xa9bf_7bfd;
const MOV_FP_SP = 0x9100_03fd;
const POP_RECORD = 0xa8c1_7bfd;
const SUB_SP_512 = 0xd108_03ff;
const RET = 0xd65f_03c0;

function code(...words: readonly number[]): CodeBytes {
  const bytes = Buffer.alloc(4 * words.length);
  words.forEach((word, i) => bytes.writeUInt32LE(word, 4 * i));
  return { address: START, bytes };
}

const linked = (spOffset: number) => ({ kind: 'linked', spOffset, spRegister: null });

test('small frames: room first, then the record', () => {
  const bytes = code(NOP, SUB_SP_48, STP_32, NOP);
  const at = (index: number) => prologueState(bytes, START + 4 * index, START, START + 16);
  expect([0, 1, 2, 3].map(at)).toEqual([linked(0), linked(0), linked(48), { kind: 'whole' }]);
});

test('large frames: the record first', () => {
  const bytes = code(PUSH_RECORD, MOV_FP_SP, SUB_SP_512, NOP);
  const at = (index: number) => prologueState(bytes, START + 4 * index, START, START + 16);
  const onTop = { kind: 'partial', returnAt: 8, savedFpAt: 0 };
  expect([0, 1, 2, 3].map(at)).toEqual([linked(0), onTop, onTop, { kind: 'whole' }]);
});

test('the way out, from the body on', () => {
  const bytes = code(NOP, LDP_32, ADD_SP_48, RET);
  const at = (index: number) => epilogueState(bytes, START + 4 * index);
  expect([0, 1, 2, 3].map(at)).toEqual([null, { kind: 'partial', returnAt: 40, savedFpAt: 32 }, linked(48), linked(0)]);
});

test('the slow path of the poll at the return, right behind the ret: the frame is gone', () => {
  // adr x8, the poll; str x8, [x28, #saved_exception_pc]; b SafepointBlob
  const bytes = code(LDP_32, ADD_SP_48, RET, 0x10ff_ffc8, 0xf901_d388, 0x1400_1000);
  const at = (index: number) => afterEpilogueState(bytes, START + 4 * index);
  expect([3, 4, 5].map(at)).toEqual([linked(0), linked(0), linked(0)]);
});

test('a stub that enters and leaves', () => {
  const bytes = code(PUSH_RECORD, MOV_FP_SP, NOP, POP_RECORD, RET);
  const kinds = [0, 1, 2, 4].map((index) => enteredState(bytes, START + 4 * index)?.kind);
  expect(kinds).toEqual(['linked', 'partial', 'frame-pointer', 'linked']);
});

test('calls: bl, blr, and where movz and movk lead', () => {
  expect([0x9400_0001, 0xd63f_0100, RET].map((word) => endsWithCall(code(word).bytes))).toEqual([true, true, false]);
  // blraaz x8; blrabz x8; blraa x8, x9; blrab x8, sp
  expect([0xd63f_091f, 0xd63f_0d1f, 0xd73f_0909, 0xd73f_0d1f].map((word) => endsWithCall(code(word).bytes))).toEqual([true, true, true, true]); // prettier-ignore
  expect(callTarget(code(0x9400_0002).bytes, START + 4)).toBe(START + 8);
  // movz x8, #0x5678; movk x8, #0x1234, lsl #16; movk x8, #0x55, lsl #32; blr x8
  expect(callTarget(code(0xd28a_cf08, 0xf2a2_4688, 0xf2c0_0aa8, 0xd63f_0100).bytes, START + 16)).toBe(0x55_1234_5678);
});

test('a signed return address is read without its signature', () => {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(0x00d1_0055_1234_5678n, 8);
  const stack = {
    chunks: [{ address: asAddress(0x7000), bytes }],
    unreadablePages: [],
    end: asAddress(0x7010),
    cut: false,
    lostChunks: 0,
  };
  expect(new StackWindow(stack, null, AARCH64.returnAddressHighMask).returnAddress(0x7008)).toBe(0x55_1234_5678);
});

test('the return barrier of continuations: ldr x8, [x28, #cont_entry]; mov sp, x8', () => {
  const bytes = code(0xf942_6388, 0x9100_011f, 0xf942_6388, NOP, 0xf942_6389, 0x9100_011f);
  const { isReturnBarrier, isThawEntry } = AARCH64.stubs;
  expect([0, 1, 2, 4, 5].map((index) => isReturnBarrier(bytes, START + 4 * index))).toEqual([true, false, false, false, false]);
  expect(isThawEntry(bytes, START)).toBe(false);
});
