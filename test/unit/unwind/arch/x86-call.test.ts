import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callTarget, CALL_THROUGH_R10_BYTES, endsWithCall } from '../../../../src/unwind/arch/x86-call.ts';
import { describeOnHost } from '../../../support/require-host.ts';

/** The longest call and what stands before it, as the unwinder reads it. */
const WINDOW_BYTES = 8;
/** Of the C library: code written by hand and by compilers; all of it would take objdump half a minute. */
const MOST_BYTES = 400_000;
const MAX_OUTPUT_BYTES = 256 << 20;

interface Instruction {
  readonly at: number;
  readonly bytes: readonly number[];
  readonly text: string;
}

/** Instructions of a file's .text as objdump (the oracle) decodes them. */
function disassemble(path: string): Instruction[] {
  const head = execFileSync('objdump', ['-h', '-j', '.text', path], { encoding: 'utf8' });
  const [size, start] = (/\.text\s+([0-9a-f]+)\s+([0-9a-f]+)/.exec(head)?.slice(1) ?? []).map((digits) => parseInt(digits, 16));
  if (size === undefined || start === undefined) throw new Error(`${path} has no .text`);
  const stop = `--stop-address=0x${(start + Math.min(size, MOST_BYTES)).toString(16)}`;
  const text = execFileSync('objdump', ['-d', '-w', '--insn-width=16', '-j', '.text', stop, path], {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return [...text.matchAll(/^\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*\t(.*)$/gm)].map(
    ([, at = '', bytes = '', instruction = '']) => ({
      at: parseInt(at, 16),
      bytes: bytes
        .trim()
        .split(' ')
        .map((byte) => parseInt(byte, 16)),
      text: instruction,
    }),
  );
}

describeOnHost('calls as objdump sees them', ['binutils'], () => {
  const libc = /\s(\/\S*\/libc[.-]\S*)$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[1];
  test.each(['/bin/true', ...(libc === undefined ? [] : [libc])])(
    '%s',
    (path) => {
      const instructions = disassemble(path);
      const first = instructions[0]?.at ?? 0;
      const image = new Map(instructions.flatMap(({ at, bytes }) => bytes.map((byte, i) => [at + i, byte] as const)));
      const before = (pc: number, count: number): Uint8Array =>
        Uint8Array.from({ length: count }, (_, i) => image.get(pc - count + i) ?? 0);
      const calls = instructions.filter(
        ({ text, at }) => /^(bnd |notrack |data16 )*call\b/.test(text) && at > first + WINDOW_BYTES,
      );
      expect(calls.length).toBeGreaterThan(20);
      const missed = calls.filter(({ at, bytes }) => !endsWithCall(before(at + bytes.length, WINDOW_BYTES)));
      expect(missed).toEqual([]);
      const direct = calls.flatMap(({ at, bytes, text }) => {
        const target = bytes.length === 5 && bytes[0] === 0xe8 ? /call\s+(?:0x)?([0-9a-f]+)/.exec(text)?.[1] : undefined;
        return target === undefined ? [] : [{ pc: at + bytes.length, target: parseInt(target, 16) }];
      });
      expect(direct.length).toBeGreaterThan(10);
      const wrong = direct.filter(({ pc, target }) => callTarget(before(pc, CALL_THROUGH_R10_BYTES), pc) !== target);
      expect(wrong).toEqual([]);
      // What ends with no call is seldom taken for one: bytes of operands that look like e8 or ff /2 five or so bytes before.
      const others = instructions.filter(({ text, at }) => !text.includes('call') && at > first + WINDOW_BYTES);
      const taken = others.filter(({ at, bytes }) => endsWithCall(before(at + bytes.length, WINDOW_BYTES)));
      expect(taken.length / others.length).toBeLessThan(0.05);
    },
    60_000,
  );
});

test.each([
  ['call rel32', [0xe8, 1, 2, 3, 4]],
  ['call rax', [0xff, 0xd0]],
  ['call r11', [0x41, 0xff, 0xd3]],
  ['call [rax]', [0xff, 0x10]],
  ['call [rsp]', [0xff, 0x14, 0x24]],
  ['call [rip + x]', [0xff, 0x15, 1, 2, 3, 4]],
  ['call [rbp + 8]', [0xff, 0x55, 8]],
  ['call [rsp + 8]', [0xff, 0x54, 0x24, 8]],
  ['call [rbx + x]', [0xff, 0x93, 1, 2, 3, 4]],
  ['call [r12 + x]', [0x41, 0xff, 0x94, 0x24, 1, 2, 3, 4]],
  ['call [rax*8 + x]', [0xff, 0x14, 0xc5, 1, 2, 3, 4]],
])('%s is a call', (_, bytes) => {
  expect(endsWithCall(Uint8Array.from([...new Array<number>(8).fill(0x90), ...bytes].slice(-8)))).toBe(true);
});

test.each([
  ['jmp rel32', [0xe9, 1, 2, 3, 4]],
  ['jmp [rip + x]', [0xff, 0x25, 1, 2, 3, 4]],
  ['push [rax]', [0xff, 0x30]],
  ['inc eax', [0xff, 0xc0]],
  ['ret', [0xc3]],
  ['nothing', []],
])('%s is none', (_, bytes) => {
  expect(endsWithCall(Uint8Array.from([...new Array<number>(8).fill(0x90), ...bytes].slice(-8)))).toBe(false);
});

test('where calls go: rel32 in both directions, through r10, indirect', () => {
  const padded = (...bytes: number[]): Uint8Array => Uint8Array.from([...new Array<number>(13).fill(0x90), ...bytes].slice(-13));
  expect(callTarget(padded(0xe8, 0x10, 0, 0, 0), 0x7000)).toBe(0x7010);
  expect(callTarget(padded(0xe8, 0xfb, 0xff, 0xff, 0xff), 0x7000)).toBe(0x6ffb);
  expect(callTarget(padded(0x49, 0xba, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0, 0, 0x41, 0xff, 0xd2), 1)).toBe(0x3344_5566_7788);
  expect(callTarget(padded(0xff, 0xd0), 0x7000)).toBe(null);
});

test('any bytes, also too few', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 16 }), (bytes) => {
      expect(typeof endsWithCall(bytes)).toBe('boolean');
      const target = callTarget(bytes, 0x7f00_0000_0000);
      expect(target === null || Number.isSafeInteger(target) || bytes.length === CALL_THROUGH_R10_BYTES).toBe(true);
    }),
  );
});
