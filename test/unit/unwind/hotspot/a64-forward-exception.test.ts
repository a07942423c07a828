// Every instruction of the stub that forwards exceptions on aarch64, as JDK 17 has it: as a leaf, and where it called C++.

import { expect, test } from 'vitest';
import { a64ForwardExceptionState } from '../../../../src/unwind/hotspot/a64-forward-exception-state.ts';

const ADDRESS = 0x7f00_0000_3000;
const LINKED = { kind: 'linked', spOffset: 0, spRegister: null };
const kept = (spOffset: number) => ({ kind: 'kept', returnRegister: 19, spOffset });
const PLACES = [
  [0xaa1e03e1, 'mov x1, x30', LINKED],
  [0xaa1e03f3, 'mov x19, x30', LINKED],
  [0xaa1c03e0, 'mov x0, x28', kept(0)],
  [0xa9bf33e8, 'stp x8, x12, [sp, #-16]!', kept(0)],
  [0xd2800008, 'mov x8, #0', kept(16)],
  [0xd63f0100, 'blr x8', kept(16)],
  [0xa8c133e8, 'ldp x8, x12, [sp], #16', kept(16)],
  [0xaa1303fe, 'mov x30, x19', kept(0)],
  [0xaa1303e3, 'mov x3, x19', LINKED],
  [0xaa0003f3, 'mov x19, x0', LINKED],
  [0xd61f0260, 'br x19', LINKED],
] as const;
const bytes = Buffer.alloc(4 * PLACES.length);
for (const [i, [word]] of PLACES.entries()) bytes.writeUInt32LE(word, 4 * i);

test.each(PLACES.map(([, text, state], i) => [text, i, state] as const))('before %s', (_, i, state) => {
  expect(a64ForwardExceptionState({ address: ADDRESS, bytes }, ADDRESS + 4 * i)).toEqual(state);
});

test('of code that ends early, what it told so far', () => {
  expect(a64ForwardExceptionState({ address: ADDRESS, bytes: bytes.subarray(0, 8) }, ADDRESS + 40)).toEqual(kept(0));
});
