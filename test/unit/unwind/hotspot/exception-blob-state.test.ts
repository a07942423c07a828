// Every pc of the blobs that C2 code jumps to, in the code of JDK 17.

import { expect, test } from 'vitest';
import { exceptionBlobState } from '../../../../src/unwind/hotspot/exception-blob-state.ts';
import { afterEpilogueState, epilogueState } from '../../../../src/unwind/arch/x86-code.ts';

const ADDRESS = 0x7f00_0000_2000;
const SUB = [0x48, 0x83, 0xec, 0x08];
const SAVE = [0x48, 0x89, 0x2c, 0x24];
/** mov rdi, r15; call … ; mov rbp, [rsp] */
const BODY = [0x49, 0x8b, 0xff, 0xe8, 0, 0, 0, 0, 0x48, 0x8b, 0x2c, 0x24];
const ADD = [0x48, 0x83, 0xc4, 0x08];
/** mov r8, rax; jmp r8 */
const GO_ON = [0x4c, 0x8b, 0xc0, 0x41, 0xff, 0xe0];

function codeOf(pieces: readonly (readonly number[])[]): { code: { address: number; bytes: Uint8Array }; starts: number[] } {
  const starts = pieces.map((_, index) => ADDRESS + pieces.slice(0, index).flat().length);
  return { code: { address: ADDRESS, bytes: Uint8Array.from(pieces.flat()) }, starts };
}

test('the exception blob: the throwing pc is in rdx, on the stack, and in rdx again', () => {
  const { code, starts } = codeOf([[0x52], SUB, SAVE, BODY, ADD, [0x5a], GO_ON]);
  const states = starts.map((pc) => exceptionBlobState(code, pc));
  expect(states).toEqual([
    { kind: 'popped', returnRegister: 2 },
    { kind: 'partial', returnAt: 0, savedFpAt: null },
    { kind: 'partial', returnAt: 8, savedFpAt: null },
    { kind: 'whole' },
    { kind: 'whole' },
    { kind: 'partial', returnAt: 0, savedFpAt: null },
    { kind: 'popped', returnRegister: 2 },
  ]);
  expect(exceptionBlobState(code, (starts[6] ?? 0) + 3)).toEqual({ kind: 'popped', returnRegister: 2 });
});

test('the uncommon trap blob: entered by a call', () => {
  const { code, starts } = codeOf([SUB, SAVE, BODY]);
  expect(starts.map((pc) => exceptionBlobState(code, pc))).toEqual([
    { kind: 'partial', returnAt: 0, savedFpAt: null },
    { kind: 'partial', returnAt: 8, savedFpAt: null },
    { kind: 'whole' },
  ]);
});

test('other blobs are none of these', () => {
  const { code } = codeOf([[0x55], SUB, SAVE]);
  expect(exceptionBlobState(code, ADDRESS)).toBe(null);
});

test('the end of the rethrow stub: its return address, dropped into rdx, is where the exception was thrown', () => {
  const { code, starts } = codeOf([BODY, [0x48, 0x83, 0xc4, 0x10], [0x5d], [0x5a], [0xff, 0xe0], [0x90]]);
  const stateAt = (index: number) => epilogueState(code, starts[index] ?? 0) ?? afterEpilogueState(code, starts[index] ?? 0);
  expect([1, 2, 3, 4].map(stateAt)).toEqual([
    { kind: 'partial', returnAt: 24, savedFpAt: 16 },
    { kind: 'partial', returnAt: 8, savedFpAt: 0 },
    { kind: 'partial', returnAt: 0, savedFpAt: null },
    { kind: 'popped', returnRegister: 2 },
  ]);
});
