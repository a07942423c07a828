// .xz as the xz program writes it, with every option that a section may have been made with; cut, damaged, too long.

import { spawnSync } from 'node:child_process';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { unxz } from '../../../../src/target/xz/unxz.ts';
import { describeOnHost } from '../../../support/require-host.ts';

/** Made once by `xz --check=crc32` of the text below: what every machine can test. */
const SMALL = Buffer.from('/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQALeHogdW5wYWNrZWQKAOwzO8cAASAMot20vJBCmQ0BAAAAAAFZWg==', 'base64');

/** Repeats, noise and long runs: all kinds of matches. */
function text(sizeBytes: number): Buffer {
  const out = Buffer.alloc(sizeBytes);
  let seed = 1;
  for (let i = 0; i < sizeBytes; i += 1) {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    out[i] = seed % 7 === 0 ? seed >> 16 : (out[Math.max(0, i - (seed % 999))] ?? 0) + (seed % 61 === 0 ? 1 : 0);
  }
  return out;
}

test('a small file that is damaged anywhere gives nothing, or all', () => {
  for (let i = 0; i < SMALL.length; i += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const damaged = Buffer.from(SMALL);
      damaged[i] = (damaged[i] ?? 0) ^ (1 << bit);
      expect([null, 'xz unpacked\n', '']).toContain(unxz(damaged, 1000)?.toString() ?? null);
    }
    expect(unxz(SMALL.subarray(0, i), 1000)?.toString() ?? '').toSatisfy((found: string) => 'xz unpacked\n'.startsWith(found));
  }
  expect(unxz(SMALL, 1000)?.toString()).toBe('xz unpacked\n');
  expect(unxz(SMALL, 5)).toBeNull();
});

test("chunks of a byte each: some are read, a million is nobody's", () => {
  const stored = (count: number): Buffer => {
    const chunks = Buffer.concat(Array.from({ length: count }, (_, i) => Buffer.from([i === 0 ? 1 : 2, 0, 0, 0x61])));
    const check = Buffer.alloc(4);
    check.writeUInt32LE(crc32(Buffer.alloc(count, 0x61)));
    return Buffer.concat([SMALL.subarray(0, 24), chunks, Buffer.alloc(4), check, Buffer.alloc(4)]);
  };
  expect(unxz(stored(1000), 1_000_000)?.toString()).toBe('a'.repeat(1000));
  expect(unxz(stored(1_000_000), 1_000_000)).toBeNull();
});

describeOnHost('what xz writes', ['xz'], () => {
  const pack = (bytes: Buffer, ...options: string[]): Buffer =>
    spawnSync('xz', ['-c', ...options], { input: bytes, maxBuffer: 1 << 28 }).stdout;

  test.each([
    [['-6']],
    [['-9e']],
    [['-0', '--check=crc32']],
    [['--check=none', '--lzma2=lc=0,lp=4,pb=0']],
    [['--check=sha256', '--block-size=10000']],
  ])('%j', (options) => {
    const bytes = text(200_000);
    const packed = pack(bytes, ...options);
    expect(unxz(packed, bytes.length)?.equals(bytes)).toBe(true);
    expect(unxz(packed, bytes.length - 1)).toBeNull();
  });

  test('bytes that are stored, runs that are long, nothing at all', () => {
    const noise = Buffer.from(Uint8Array.from({ length: 70_000 }, (_, i) => (i * i * 2654435761) >>> 13));
    for (const bytes of [noise, Buffer.alloc(3_000_000), Buffer.alloc(0)])
      expect(unxz(pack(bytes), 3_000_000)?.equals(bytes)).toBe(true);
    expect(unxz(pack(noise, '--x86', '--lzma2'), 100_000)).toBeNull(); // a filter before LZMA2
  });

  describe('damaged', () => {
    let packed: Buffer = Buffer.alloc(0);
    beforeAll(() => void (packed = pack(text(20_000), '--check=none')));

    test('any change ends, within the limit', () => {
      fc.assert(
        fc.property(fc.nat(), fc.nat(255), fc.nat(), (at, byte, cut) => {
          const damaged = Buffer.from(packed.subarray(0, packed.length - (cut % packed.length)));
          if (damaged.length > 0) damaged[at % damaged.length] = byte;
          expect(unxz(damaged, 30_000)?.length ?? 0).toBeLessThanOrEqual(30_000);
        }),
        { numRuns: 300 },
      );
    });
  });
});
