// Output recorded from three bpftraces (test/fixtures/capture/README.md) → samples; with lines lost, swapped and damaged.

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asX86, pointOf } from '../../../src/model/registers.ts';
import { parseOutput } from './parse-output.ts';

const recorded = (version: string): string =>
  readFileSync(new URL(`../../fixtures/capture/bpftrace-${version}.txt`, import.meta.url), 'utf8');

describe.each([
  ['0.17.0', 128],
  ['0.23.2', 1024],
  ['0.27.1', 1024],
])('bpftrace %s', (version, chunkBytes) => {
  const output = recorded(version);
  const lines = output.split('\n');

  test('two samples in user mode, one in kernel mode, nothing lost', () => {
    const { samples, broken, events } = parseOutput(output, chunkBytes);
    expect(broken).toEqual([]);
    expect(events).toContain('ready');
    expect(events).toContain('heartbeat');
    expect(samples.map(({ mode, comm, cpu }) => ({ mode, comm, known: cpu < 2 }))).toEqual([
      { mode: 'user', comm: 'busy', known: true },
      { mode: 'user', comm: 'busy', known: true },
      { mode: 'kernel', comm: 'busy', known: true },
    ]);
    for (const { registers, stack, anchor, kernelStack, mode } of samples) {
      expect(registers === null ? null : asX86(registers).cs).toBe(0x33);
      expect(anchor).toBeNull();
      expect(stack).toMatchObject({ lostChunks: 0, cut: false });
      // One run of memory that holds sp and reaches the end.
      expect(stack.chunks).toHaveLength(1);
      const [chunk] = stack.chunks;
      if (chunk === undefined || registers === null) throw new Error('no stack');
      expect(chunk.address).toBeLessThanOrEqual(pointOf(registers).sp);
      expect(pointOf(registers).sp - chunk.address).toBeLessThan(chunkBytes);
      expect(chunk.address + chunk.bytes.length).toBeGreaterThanOrEqual(stack.end);
      expect(kernelStack.length > 0).toBe(mode === 'kernel');
    }
    // 0.17 prints symbols too: each line gives its address only.
    const printed = lines.slice(
      lines.findIndex((line) => line.startsWith('K ')) + 1,
      lines.findIndex((line) => line.startsWith('k ')),
    );
    const addresses = printed.filter((line) => line !== '').map((line) => BigInt(`0x${line.trim().slice(0, 16)}`));
    expect(samples[2]?.kernelStack).toEqual(addresses);
    expect(addresses.length).toBeGreaterThan(1);
  });

  test('bytes are memory as the program printed it, little-endian', () => {
    const { samples } = parseOutput(output, chunkBytes);
    const printed = lines.filter((line) => line.startsWith('('));
    const words = (/\[(.*)\]/.exec(printed[0] ?? '')?.[1] ?? '').split(',').map(BigInt);
    const bytes = samples[0]?.stack.chunks[0]?.bytes ?? new Uint8Array(0);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    expect(words.map((_, index) => view.getBigUint64(index * 8, true))).toEqual(words);
  });

  test('every line but one: the other samples do not change, and what is missing is told', () => {
    const whole = parseOutput(output, chunkBytes).samples;
    lines.forEach((line, lost) => {
      const { samples, broken } = parseOutput(lines.filter((_, index) => index !== lost).join('\n'), chunkBytes);
      const whatIsLost = line.charAt(0);
      if (whatIsLost === 'S' || whatIsLost === 'G') {
        expect(broken).toHaveLength(1);
        expect(samples).toHaveLength(2);
      } else {
        expect(broken).toEqual([]);
        expect(samples).toHaveLength(3);
        expect(samples.reduce((sum, { stack }) => sum + stack.lostChunks, 0)).toBe(whatIsLost === '(' ? 1 : 0);
      }
      const unchanged = samples.filter((sample) => whole.some((other) => isDeepStrictEqual(other, sample)));
      expect(unchanged.length).toBeGreaterThanOrEqual(2);
    });
  });

  test('any loss, and any damage to bytes: ends, stays in bounds, never mixes samples', () => {
    const byKey = new Map(parseOutput(output, chunkBytes).samples.map((sample) => [sample.timeNs, sample]));
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: lines.length, maxLength: lines.length }), (kept) => {
        const { samples } = parseOutput(lines.filter((_, index) => kept[index]).join('\n'), chunkBytes);
        for (const { timeNs, stack } of samples) {
          for (const chunk of stack.chunks) {
            const original = byKey.get(timeNs)?.stack.chunks[0];
            if (original === undefined) throw new Error('a sample that never was');
            const at = chunk.address - original.address;
            expect(Buffer.compare(chunk.bytes, original.bytes.subarray(at, at + chunk.bytes.length))).toBe(0);
          }
        }
      }),
      { numRuns: 50 },
    );
    const bytes = Buffer.from(output, 'utf8');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 30 }), (damage) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of damage) damaged[at] = byte;
        const { samples, broken } = parseOutput(damaged, chunkBytes);
        expect(samples.length + broken.length).toBeLessThanOrEqual(40);
        for (const { stack } of samples) {
          expect(stack.chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0)).toBeLessThanOrEqual(65536);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('two CPUs interleaved line by line give the same samples as one after the other', () => {
  const lines = recorded('0.17.0').split('\n');
  const start = lines.flatMap((line, index) => (line.startsWith('S ') ? [index] : []));
  const first = lines.slice(start[0], start[1]);
  const second = lines.slice(start[1], start[2]).filter((line) => !line.startsWith('H '));
  // The second sample as if another CPU had taken it.
  const key = /^S (\d+)/.exec(second[0] ?? '')?.[1] ?? '';
  const other = second.map((line) => line.replaceAll(key, '77')).map((line) => line.replace(/^(S 77 \d+) \d+/, '$1 5'));
  const inTurn = parseOutput([...first, ...other].join('\n'), 128).samples;
  const interleaved = parseOutput(first.flatMap((line, index) => [line, other[index] ?? '']).join('\n'), 128);
  expect(interleaved.broken).toEqual([]);
  expect(interleaved.samples).toHaveLength(2);
  expect(new Set(interleaved.samples.map((sample) => JSON.stringify(sample)))).toEqual(
    new Set(inTurn.map((sample) => JSON.stringify(sample))),
  );
});

test('any bytes at all: no exception, no sample without its head', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      expect(parseOutput(bytes, 128).samples).toEqual([]);
    }),
  );
});
