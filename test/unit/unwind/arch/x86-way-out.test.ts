// Where stubs return to, at every instruction: pieces written by hand, and real stubs of JDK 25 held against the oracle's own way out, which
// shares no code with this one.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StubState } from '../../../../src/unwind/arch/code-bytes.ts';
import { decodeX86 } from '../../../../src/unwind/arch/x86-instruction.ts';
import { wayOut } from '../../../../src/unwind/arch/x86-way-out.ts';
import { findWaysOut, type Value } from '../../../oracle/way-out.ts';
import { REPOSITORY } from '../../../support/repository.ts';

const CODE_AT = 0x7f00_0000_1000;
const [RSP, RBP] = [4, 5];

interface Code {
  readonly address: number;
  readonly bytes: Uint8Array;
}

function out({ address, bytes }: Code, pc: number, barrier = 0): StubState | null {
  const code = (start: number, end: number): Code => ({ address: start, bytes: bytes.subarray(start - address, end - address) });
  return wayOut(code, pc, address, address + bytes.length, barrier);
}

const hand = (hex: string, from = 0, barrier = 0): StubState | null =>
  out({ address: CODE_AT, bytes: Buffer.from(hex.replaceAll(/\s/gu, ''), 'hex') }, CODE_AT + from, barrier);
const way = (returnAt: readonly [number, ...number[]], fp: readonly [number, ...number[]]): StubState => ({
  kind: 'way-out',
  returnAt: { register: returnAt[0], path: returnAt.slice(1) },
  fp: { register: fp[0], path: fp.slice(1) },
});

/** Instructions from the first on; what is none is passed over byte by byte. */
function instructions({ address, bytes }: Code): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = decodeX86(bytes, at)?.length;
    if (length !== undefined) found.push(address + at);
    at += length ?? 1;
  }
  return found;
}

function recorded(name: string): Code {
  const [address, ...lines] = readFileSync(join(REPOSITORY, 'test/fixtures/stub-code', `${name}.hex`), 'utf8').split('\n');
  return { address: parseInt(address ?? '', 16), bytes: Buffer.from(lines.join(''), 'hex') };
}

test('a frame that is built behind other instructions', () => {
  // mov r11, rdx; push rbp; mov rbp, rsp; nop; leave; ret
  const code = '4c8bda 55 488bec 90 c9 c3';
  const states = [0, 3, 4, 7, 8, 9].map((from) => hand(code, from));
  const unbuilt = way([RSP, 0], [RBP, 0]);
  const whole = way([RBP, 8], [RBP, 0, 0]);
  expect(states).toEqual([unbuilt, unbuilt, way([RSP, 8], [RSP, 0, 0]), whole, whole, unbuilt]);
});

test('a frame in a frame, whose frame pointer is used for something else', () => {
  // push rbp; sub rsp, 0x20; mov rbp, rax; add rsp, 0x20; pop rbp; leave; ret
  expect(hand('55 4883ec20 488be8 4883c420 5d c9 c3', 8)).toEqual(way([RSP, 0x20, 8], [RSP, 0x20, 0, 0]));
});

test('an aligned stack is left by the word that keeps the old one, or not at all', () => {
  // mov [rsp + 0x10], rbx; and rsp, -32; mov rsp, rbx; ret
  expect(hand('48895c2410 4883e4e0 488be3 c3', 5)).toEqual(way([3, 0], [RBP, 0]));
  // pop rsp; ret
  expect(hand('5c c3')).toEqual(way([RSP, 0, 0], [RBP, 0]));
  // and rsp, -32; ret
  expect(hand('4883e4e0 c3')).toBeNull();
});

test('vector registers are not general ones', () => {
  // movq xmm5, [rsp]; movq xmm4, xmm1; vmovq xmm5, xmm1; leave; ret
  expect(hand('f30f7e2c24 f30f7ee1 c5fa7ee9 c9 c3')).toEqual(way([RBP, 8], [RBP, 0, 0]));
  // movq rbp, xmm1
  expect(hand('66480f7ecd c9 c3')).toBeNull();
  // vpalignr xmm7, xmm7, xmm5, 4; movdqa xmm5, xmm1; leave; ret
  expect(hand('c4e3410ffd04 660f6fe9 c9 c3')).toEqual(way([RBP, 8], [RBP, 0, 0]));
  // mov ch, 1, whose number is that of rbp; mov bpl, 1
  expect(hand('b501 c9 c3')).toEqual(way([RBP, 8], [RBP, 0, 0]));
  expect(hand('40b501 c9 c3')).toBeNull();
});

test('a loop, a branch, and a jump to another stub', () => {
  // push rbx; L: dec eax; jnz L; test ecx, ecx; je M; jmp N; M: ud2; N: pop rbx; ret
  expect(hand('53 ffc8 75fc 85c9 7402 eb02 0f0b 5b c3', 1)).toEqual(way([RSP, 8], [RBP, 0]));
});

test('no way: endless, out of the code, through a register, through what is no instruction, over the barrier', () => {
  for (const code of ['ebfe', 'e900100000', '90', 'ffe0', 'ff60ff', '06', '0f0b', '']) expect(hand(code), code).toBeNull();
  expect(hand('90 c3', 0, CODE_AT + 1)).toBeNull();
});

test('code that stores or branches without end is given up: its ways and what they store are bounded', () => {
  // push rbp, and jz +0
  expect(hand(`${'55'.repeat(90)}${'5d'.repeat(90)}c3`)).toEqual(way([RSP, 0], [RBP, 0]));
  expect(hand(`${'55'.repeat(200)}${'5d'.repeat(200)}c3`)).toBeNull();
  expect(hand(`${'7400'.repeat(500)}c3`)).toEqual(way([RSP, 0], [RBP, 0]));
  expect(hand(`${'7400'.repeat(600)}c3`)).toBeNull();
});

const SP_AT = 0x1000_0000;
const FP_AT = SP_AT + 0x1_0000;
const STACK_END = SP_AT + 0x2_0000;

/** The oracle's word of the same, as offsets from rsp; rbp points into the stack. */
function byOracle({ address, bytes }: Code, pc: number): { sp: Value; fp: Value } | null {
  const registers = Array.from({ length: 16 }, (_, i) => (i === RSP ? SP_AT : i === RBP ? FP_AT : null));
  const isInside = (at: number): boolean => at >= address && at < address + bytes.length;
  const { groups } = findWaysOut(
    pc,
    registers,
    STACK_END,
    (at, length) =>
      isInside(at) ? bytes.subarray(at - address, at - address + length) : at < STACK_END ? Buffer.alloc(8) : null,
    isInside,
  );
  const first = groups[0]?.[0];
  return first?.kind === 'ret' ? { sp: first.sp, fp: first.rbp } : null;
}

/** The same words of what the unwinder says; null: by a word of the stack. */
function asOracle(state: StubState | null): { sp: Value; fp: Value } | null {
  if (state?.kind !== 'way-out' || state.returnAt.path.length > 1) return null;
  const offset = ({ register, path }: { register: number; path: readonly number[] }): number =>
    (register === RBP ? FP_AT - SP_AT : 0) + (path[0] ?? 0);
  const fp: Value =
    state.fp.path.length > 1
      ? { kind: 'stack-word', offset: offset(state.fp) }
      : { kind: 'stack-address', offset: offset(state.fp) };
  return { sp: { kind: 'stack-address', offset: offset(state.returnAt) }, fp };
}

test.each([
  ['arrayof-jint-fill', 120],
  ['string-indexof-linear-ll', 75],
])('%s: as the oracle says, wherever that can say it', (name, least) => {
  const code = recorded(name);
  let compared = 0;
  for (const pc of instructions(code)) {
    const truth = byOracle(code, pc);
    const told = asOracle(out(code, pc));
    if (truth === null || told === null) continue;
    expect(told, pc.toString(16)).toEqual(truth);
    compared += 1;
  }
  expect(compared).toBeGreaterThanOrEqual(least);
});

test('string_indexof has a frame of 25 words inside its own, and keeps data in rbp: also at its jumps through tables', () => {
  const code = recorded('string-indexof-linear-ll');
  const inner = way([RSP, 200, 8], [RSP, 200, 0, 0]);
  for (const offset of [0x1b3, 0x33a, 0xb0f, 0xbb6, 0xbc0, 0xbd3, 0xbdd])
    expect(out(code, code.address + offset), offset.toString(16)).toEqual(inner);
});

test('each instruction of these stubs but their tables has a way out', () => {
  expect(instructions(recorded('arrayof-jint-fill')).filter((pc) => out(recorded('arrayof-jint-fill'), pc) === null)).toEqual([]);
});
