// Pieces of machine code written out by hand: where each leaves its function from.

import { expect, test } from 'vitest';
import { findWaysOut, type Search, type Value } from '../../oracle/way-out.ts';

const CODE_AT = 0x1000;
const STACK_AT = 0x7000_0000;
const STACK_END = STACK_AT + 0x80_0000;

/** Registers of nothing, but rsp and rbp at places of a stack. */
function search(hex: string, { from = 0, rbp = 0, strict = false, stack = [] as readonly number[] } = {}): Search {
  const code = Buffer.from(hex.replaceAll(/\s/gu, ''), 'hex');
  const registers = Array.from({ length: 16 }, (_, register) => (register === 4 ? STACK_AT : register === 5 ? rbp : 1));
  const words = Buffer.alloc(stack.length * 8);
  stack.forEach((word, index) => words.writeBigUInt64LE(BigInt(word), index * 8));
  const read = (address: number, length: number): Uint8Array | null => {
    if (address >= STACK_AT)
      return address - STACK_AT + length <= words.length ? words.subarray(address - STACK_AT, address - STACK_AT + length) : null;
    const rest = code.subarray(address - CODE_AT);
    return rest.length === 0 ? null : Buffer.concat([rest, Buffer.alloc(16)]).subarray(0, length);
  };
  return findWaysOut(
    CODE_AT + from,
    registers,
    STACK_END,
    read,
    (address) => address >= CODE_AT && address < CODE_AT + code.length,
    strict,
  );
}

const word = (offset: number): Value => ({ kind: 'stack-word', offset });
const returnsAt = ({ groups }: Search): (Value | undefined)[] => groups.map(([first]) => first?.returnAddress);
const rbpOf = ({ groups }: Search): Value | undefined => groups[0]?.[0]?.rbp;

// push rbp; sub rsp, 0x20; nop; add rsp, 0x20; pop rbp; ret
const COMPILED = '55 4883ec20 90 4883c420 5d c3';

test.each([
  ['before push rbp', 0, 0, { kind: 'initial', register: 5 }],
  ['after push rbp', 1, 8, word(0)],
  ['in the body', 5, 0x28, word(0x20)],
  ['before pop rbp', 10, 8, word(0)],
  ['before ret', 11, 0, { kind: 'initial', register: 5 }],
] as const)('a compiled method, %s', (_, from, offset, rbp) => {
  const found = search(COMPILED, { from });
  expect(returnsAt(found)).toEqual([word(offset)]);
  expect(rbpOf(found)).toEqual(rbp);
});

test('a frame pointer carries over what moved sp', () => {
  // and rsp, -16; sub rsp, rax; leave; ret
  const found = search('4883e4f0 4829c4 c9 c3', { rbp: STACK_AT + 0x40 });
  expect(returnsAt(found)).toEqual([word(0x48)]);
  expect(rbpOf(found)).toEqual(word(0x40));
});

test('a saved frame pointer in memory is known for what it is', () => {
  // mov rbp, [rsp]; leave; ret, with the word at rsp pointing 0x10 up the stack
  expect(returnsAt(search('488b2c24 c9 c3', { stack: [STACK_AT + 0x10, 0, 7, 8] }))).toEqual([word(0x18)]);
});

test('pop rcx; jmp rcx is a return', () => {
  const found = search('59 ffe1');
  expect(returnsAt(found)).toEqual([word(0)]);
  expect(found.groups[0]?.[0]?.kind).toBe('ret');
});

test('a jump through a pointer leaves the return address on top', () => {
  // mov rbx, rax; jmp [rbx+0x40]
  const found = search('4889c3 ff6340');
  expect(found.groups[0]?.[0]?.kind).toBe('tail');
  expect(returnsAt(found)).toEqual([word(0)]);
});

test('both ways of a branch and around a loop agree', () => {
  // push rbx; L: dec eax; jnz L; test ecx, ecx; je M; pop rbx; ret; M: nop; pop rbx; ret
  const found = search('53 ffc8 75fc 85c9 7402 5bc3 90 5b c3', { from: 1 });
  expect(found.groups.map((group) => group.length)).toEqual([2]);
  expect(returnsAt(found)).toEqual([word(8)]);
});

test('code after a call that never returns disagrees, unless the filler after it tells', () => {
  // je L; ret; L: call x; nop dword [rax]; sub rsp, 8; ret
  const code = '7401 c3 e800000000 0f1f00 4883ec08 c3';
  expect(search(code).groups).toHaveLength(2);
  expect(returnsAt(search(code, { strict: true }))).toEqual([word(0)]);
});

test('an endless loop and code that is none have no way out', () => {
  expect(search('ebfe').found).toBe(0);
  expect(search('0f0b').found).toBe(0);
  expect(search('06').found).toBe(0);
});

test('to an exception handler: pop rdx; jmp rbx returns to what is told in rdx', () => {
  // add rsp, 8; mov rbx, rax; pop rdx; jmp rbx
  expect(returnsAt(search('4883c408 488bd8 5a ffe3'))).toEqual([word(8)]);
});
