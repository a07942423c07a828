// aarch64 frames at every pc of the shapes that HotSpot emits, and what is left of a signed return address.

import { expect, test } from 'vitest';
import { type Aarch64Registers, AARCH64_REGISTERS } from '../../../../src/model/registers.ts';
import { asAddress } from '../../../../src/model/units.ts';
import { callTarget, endsWithCall } from '../../../../src/unwind/arch/a64-calls.ts';
import {
  afterEpilogueState,
  enteredState,
  epilogueState,
  pollPcStore,
  pollsBefore,
  prologueState,
} from '../../../../src/unwind/arch/a64-frames.ts';
import { branchTargetOf } from '../../../../src/unwind/arch/a64-instructions.ts';
import { AARCH64 } from '../../../../src/unwind/arch/aarch64.ts';
import type { CodeBytes } from '../../../../src/unwind/arch/code-bytes.ts';
import { leafState } from '../../../../src/unwind/hotspot/a64-interpreted-frame.ts';
import type { CodeIndex, KnownBlob } from '../../../../src/unwind/hotspot/code-index.ts';
import { framelessStubState } from '../../../../src/unwind/hotspot/leaf-state.ts';
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

test('branches over what enters and leaves: the state is that of the branch, on both ways', () => {
  // cbnz x9, past the jump; enter; leave; cbnz x8, past it; b away; nop
  const bytes = code(0xb500_00e9, PUSH_RECORD, MOV_FP_SP, NOP, POP_RECORD, 0xb500_0048, 0x1400_1000, NOP, 0x1400_1000);
  const kinds = [0, 3, 5, 6, 7, 8].map((index) => enteredState(bytes, START + 4 * index)?.kind);
  expect(kinds).toEqual([undefined, 'frame-pointer', 'linked', 'linked', 'linked', 'linked']);
  // Nobody branches behind this jump: it is a way out of the frame, which is there again.
  const twoWays = code(PUSH_RECORD, MOV_FP_SP, 0xb400_0068, POP_RECORD, RET, NOP);
  expect(enteredState(twoWays, START + 20)?.kind).toBe('frame-pointer');
});

test('where branches go, forwards and back', () => {
  const words = [0x1400_0002, 0x17ff_fffe, 0x5400_0040, 0xb500_0809, 0x34ff_ffc8, 0x3608_0041, 0xb737_ffc1, 0x9400_0002, RET];
  const targets = [8, -8, 8, 0x100, -8, 8, -8, null, null].map((offset) => (offset === null ? null : START + offset));
  expect(words.map((word) => branchTargetOf(word, START))).toEqual(targets);
});

test('a loop that leaves for code compiled for it: its frame is gone behind the record', () => {
  // ldr x20, [x29, #sender sp] (of another form: not looked at); ldp; and sp, x20, #-16; ldr x8, [x0, #osr entry]; br x8
  const bytes = code(NOP, POP_RECORD, 0x927c_ee9f, 0xf940_8408, 0xd61f_0100);
  const window = new StackWindow({ chunks: [], unreadablePages: [], end: asAddress(0), cut: false, lostChunks: 0 }, null);
  const registers = Object.fromEntries(AARCH64_REGISTERS.map((name, i) => [name, i])) as Aarch64Registers;
  const codelet = { start: START, end: START + 20, description: 'goto' };
  for (const i of [2, 3, 4]) {
    const at = { ...registers, pc: START + 4 * i, sp: 0x6000, x20: 0x7000, x29: 0x8000, x30: START };
    const caller = { pc: START, sp: 0x7000, fp: 0x8000, isLeaf: false };
    expect(leafState(window, at, codelet, bytes)).toEqual({ kind: 'left', caller });
  }
});

test('an adapter that keeps the sender in a register, behind code that enters and leaves', () => {
  // cbz x8, past the leave; enter; call the VM; leave; mov x19, sp; sub sp, sp, #512; br x8
  const words = [0xb400_00a8, PUSH_RECORD, MOV_FP_SP, 0xd63f_0100, POP_RECORD, 0x9100_03f3, SUB_SP_512, 0xd61f_0100];
  const bytes = code(...words);
  const slice = (start: number, end: number) => ({ address: start, bytes: bytes.bytes.subarray(start - START, end - START) });
  const index = { architecture: AARCH64, code: slice, codeAround: () => bytes } as unknown as CodeIndex;
  const known = { blob: { codeBegin: START, codeEnd: START + bytes.bytes.length } } as unknown as KnownBlob;
  const at = (i: number) => framelessStubState(index, known, { pc: START + 4 * i, sp: 0, fp: 0, isLeaf: true });
  expect([0, 5].map(at)).toEqual([linked(0), linked(0)]);
  expect(at(3)).toEqual({ kind: 'frame-pointer' });
  expect([6, 7].map(at)).toEqual([
    { ...linked(0), spRegister: 19 },
    { ...linked(0), spRegister: 19 },
  ]);
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

test('where a poll’s stub puts the pc of the poll', () => {
  const code = (...words: number[]) => ({ address: 0x1000, bytes: Buffer.from(Uint32Array.from(words).buffer) });
  const [nop, load, sign, store] = [0xd503201f, 0xf941af94, 0xdac103b4, 0xf90007b4];
  // ldr x20, [x28, 0x358]; pacia x20, x29; str x20, [x29, 8]
  expect(pollPcStore(code(nop, load, store, nop), 0x358)).toBe(0x1008);
  // ldr wzr, [x8]; ldr w0, [x8]
  expect(pollsBefore(code(0xb940_011f, nop), 0x1004)).toEqual([0x1000]);
  expect(pollsBefore(code(0xb940_0100, nop), 0x1004)).toEqual([]);
  expect(pollPcStore(code(load, sign, store), 0x358)).toBe(0x1008);
  expect(pollPcStore(code(load, store), 0x350)).toBeNull();
  expect(pollPcStore(code(load, store + 1), 0x358)).toBeNull();
});
