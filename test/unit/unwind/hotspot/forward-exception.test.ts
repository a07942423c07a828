// Every pc of the stub that forwards exceptions, in the code of JDK 17, with the call's alignment on both of its ways.

import { expect, test } from 'vitest';
import { forwardExceptionState } from '../../../../src/unwind/hotspot/forward-exception-state.ts';

const ADDRESS = 0x7f00_0000_3000;
/** mov rsi, [rsp]; mov rdi, r15; test esp, 0xf; jz */
const BEFORE = [0x48, 0x8b, 0x34, 0x24, 0x49, 0x8b, 0xff, 0xf7, 0xc4, 0x0f, 0, 0, 0, 0x0f, 0x84, 0x0e, 0, 0, 0];
const CALL = [0xe8, 0, 0, 0, 0];
const PIECES = [
  BEFORE,
  [0x48, 0x83, 0xec, 0x08],
  CALL,
  [0x48, 0x83, 0xc4, 0x08],
  [0xeb, 0x05],
  CALL,
  [0x48, 0x8b, 0xd8], // mov rbx, rax
  [0x5a],
  [0x49, 0x8b, 0x47, 0x08], // mov rax, [r15 + 8]
  [0xff, 0xe3], // jmp rbx
];
const code = { address: ADDRESS, bytes: Uint8Array.from(PIECES.flat()) };
const startOf = (index: number): number => ADDRESS + PIECES.slice(0, index).flat().length;
const at = (returnAt: number) => ({ kind: 'partial', returnAt, savedFpAt: null });

test('a leaf: the return address is on top, 8 bytes up while the stack is aligned, then in rdx', () => {
  const states = PIECES.map((_, index) => forwardExceptionState(code, startOf(index), true));
  const popped = { kind: 'popped', returnRegister: 2 };
  expect(states).toEqual([at(0), at(0), at(8), at(8), at(0), at(0), at(0), at(0), popped, popped]);
});

test('a caller of C++: by what follows the call', () => {
  expect(forwardExceptionState(code, startOf(3), false)).toEqual(at(8));
  expect(forwardExceptionState(code, startOf(6), false)).toEqual(at(0));
});
