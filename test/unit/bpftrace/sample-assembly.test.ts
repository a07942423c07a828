// Small samples drawn as records: what the recorded output does not contain.

import { describe, expect, test } from 'vitest';
import { parseOutput } from './parse-output.ts';

const COMM = '62 75 73 79 00 00 00 00 00 00 00 00 00 00 00 00';
const SP = 0x7000_0000_1000;
const REGISTERS = (key: number): string => `G ${String(key)} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 51 ${String(SP)}`;
/** A head of CPU 0 with a stack of `stackBytes` from SP on. */
const head = (
  key: number,
  more: { cpu?: number; stackBytes?: number; end?: number; mode?: number; anchor?: number } = {},
): string => {
  const copyEnd = SP + (more.stackBytes ?? 256);
  const end = more.end ?? copyEnd;
  return `S ${String(key)} 1000 ${String(more.cpu ?? 0)} 7 8 ${String(more.mode ?? 3)} 1 ${String(SP)} ${String(end)} ${String(copyEnd)} ${String(more.anchor ?? 0)} 1 ${COMM}`;
};
const chunk = (key: number, index: number, word: number): string =>
  `(${String(key)}, ${String(SP + index * 128)}, [${Array(16).fill(word).join(',')}])`;
const lines = (...all: string[]): string => all.join('\n');

describe('stack', () => {
  test('a hole in the middle: two pieces, one chunk lost', () => {
    const { samples } = parseOutput(
      lines(head(1, { stackBytes: 384 }), REGISTERS(1), chunk(1, 0, 1), chunk(1, 2, 3), 'E 1 8 3'),
      128,
    );
    expect(samples[0]?.stack).toMatchObject({ lostChunks: 1, cut: false });
    expect(samples[0]?.stack.chunks.map(({ address, bytes }) => [address - SP, bytes.length])).toEqual([
      [0, 128],
      [256, 128],
    ]);
  });

  test('longer than the window: cut, and nothing counted as lost', () => {
    const { samples } = parseOutput(
      lines(head(1, { stackBytes: 100_000 }), REGISTERS(1), chunk(1, 0, 1), chunk(1, 1, 1), 'E 1 8 2'),
      128,
      256,
    );
    expect(samples[0]?.stack).toMatchObject({ lostChunks: 0, cut: true });
  });

  test('an end that is not known is cut', () => {
    const { samples } = parseOutput(lines(head(1, { end: 0 }), REGISTERS(1), chunk(1, 0, 1), chunk(1, 1, 1), 'E 1 8 2'), 128);
    expect(samples[0]?.stack).toMatchObject({ end: 0, cut: true });
  });

  test('pages of zeros are told as not readable, a zero chunk in a page with data is not', () => {
    const page = (start: number, count: number, word: number) =>
      Array.from({ length: count }, (_, index) => chunk(1, start + index, index === 0 ? word : 0));
    const { samples } = parseOutput(
      lines(head(1, { stackBytes: 12_288 }), REGISTERS(1), ...page(0, 32, 5), ...page(32, 32, 0), ...page(64, 32, 6), 'E 1 8 96'),
      128,
    );
    expect(samples[0]?.stack.unreadablePages).toEqual([SP + 4096]);
  });

  test('a chunk outside of what the head announced is damage', () => {
    const { samples } = parseOutput(
      lines(head(1), REGISTERS(1), chunk(1, 0, 1), chunk(1, 1, 1), chunk(1, 2, 9), chunk(1, -1, 9), 'E 1 8 2'),
      128,
    );
    expect(samples[0]?.stack.chunks.map(({ bytes }) => bytes.length)).toEqual([256]);
  });
});

describe('broken', () => {
  test('records without a head count as one broken sample, with the tid of the tail', () => {
    expect(parseOutput(lines(REGISTERS(1), chunk(1, 0, 1), 'E 1 8 1'), 128).broken).toEqual([8]);
    expect(parseOutput(lines(REGISTERS(1), chunk(1, 0, 1)), 128).broken).toEqual([null]);
    expect(parseOutput('E 1 8 1', 128).broken).toEqual([8]);
  });

  test('announced registers that did not come', () => {
    expect(parseOutput(lines(head(1), chunk(1, 0, 1), chunk(1, 1, 1), 'E 1 8 2'), 128)).toMatchObject({
      samples: [],
      broken: [8],
    });
  });

  test('a lost tail: the next head of that CPU ends the sample, another CPU does not', () => {
    const { samples, broken } = parseOutput(
      lines(head(1), REGISTERS(1), chunk(1, 0, 1), head(2, { cpu: 1 }), REGISTERS(2), chunk(1, 1, 1), head(3), REGISTERS(3)),
      128,
    );
    expect(broken).toEqual([]);
    expect(samples.map(({ stack }) => stack.lostChunks)).toEqual([0, 2, 2]);
  });

  test('a flood of keys without heads: memory is bounded, each is counted', () => {
    const flood = Array.from({ length: 5000 }, (_, key) => REGISTERS(key));
    expect(parseOutput(lines(...flood), 128).broken).toHaveLength(5000);
  });
});

test('anchor, and an anchor that was lost', () => {
  const all = [head(1, { anchor: 1 }), REGISTERS(1), 'A 1 100 200 300 400', chunk(1, 0, 1), chunk(1, 1, 1), 'E 1 8 2'];
  expect(parseOutput(lines(...all), 128).samples[0]?.anchor).toEqual({
    thread: 100,
    lastJavaSp: 200,
    lastJavaPc: 300,
    lastJavaFp: 400,
  });
  expect(parseOutput(lines(...all.filter((line) => !line.startsWith('A'))), 128).samples[0]?.anchor).toBeNull();
});

test('registers that are not known: a sample without them, without a stack', () => {
  const { samples } = parseOutput(lines(`S 1 1000 0 7 8 0 0 0 0 0 0 6 ${COMM}`, 'E 1 8 0'), 128);
  expect(samples).toMatchObject([{ registers: null, ticks: 6, mode: 'kernel', stack: { chunks: [], lostChunks: 0 } }]);
});

test('events of processes, and lines that are none of ours', () => {
  const { events } = parseOutput(
    lines('F 1 2', 'X 2', 'Z 2', 'J 2', 'R', 'H 5', 'B 6 389', 'B 0 1', 'Error: no', 'F 1', 'Z', 'S', 'K', '', 'X 1 2'),
    128,
  );
  expect(events).toEqual([
    'fork 1 2', 'exec 2', 'exit 2', 'fed 2', 'ready', 'heartbeat', 'budget 6 389', 'other B 0 1', 'other Error: no', 'other F 1', 'other Z', 'other S', 'other K', 'other X 1 2',
  ]); // prettier-ignore
});

test('a kernel stack whose end was damaged does not swallow what follows', () => {
  const { samples, events } = parseOutput(
    lines(head(1, { mode: 0 }), REGISTERS(1), 'K 1', 'ffffffff81000130', 'F 1 2', chunk(1, 0, 1), chunk(1, 1, 1), 'E 1 8 2'),
    128,
  );
  expect(events).toEqual(['fork 1 2']);
  expect(samples).toMatchObject([{ kernelStack: [], stack: { lostChunks: 0 } }]);
});

test('comm is hostile: newlines and control characters arrive as what they are', () => {
  const hostile = Buffer.from('a\nS 1\x1b[31m\xff').toString('hex').padEnd(32, '0').slice(0, 32).replace(/../g, '$& ').trim();
  const { samples } = parseOutput(lines(`S 1 1000 0 7 8 3 0 0 0 0 0 1 ${hostile}`, 'E 1 8 0'), 128);
  expect(samples[0]?.comm.startsWith('a\nS 1\x1b[31m')).toBe(true);
});

test('a thread of the kernel is told from a thread whose registers were not found', () => {
  const { samples } = parseOutput(lines(`S 1 1000 0 7 8 0 2 0 0 0 0 6 ${COMM}`, 'E 1 8 0'), 128);
  expect(samples).toMatchObject([{ registers: null, mode: 'kernel-thread' }]);
});
