// What a program with `jstack` is told, decoded by the arithmetic of its task_rename probe (templates/jstack-feed.bt).

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyProcessWords, forgetStackWord, stackArrivedWord, takenWord, walkWords } from '../../../src/bpftrace/feed-words.ts';
import type { JvmWalkParameters } from '../../../src/model/program.ts';
import { asPid } from '../../../src/model/units.ts';

const PAGE = 4096;
const MASK = (1n << 42n) - 1n;

/** The probe's state, and what it does with one comm. */
class Probe {
  readonly feed = new Map<bigint, bigint>();
  readonly sent = new Set<bigint>();
  taken = 0n;
  told: bigint[] = [];
  #sum = 0n;

  rename(comm: string): void {
    const bytes = Buffer.alloc(16);
    bytes.write(comm, 'latin1');
    const w = BigInt.asUintN(64, bytes.readBigUInt64LE() - 0x3030303030303030n);
    const n = w & 0x3fn;
    const v =
      ((w >> 8n) & 0x3fn) | ((w >> 10n) & 0xfc0n) | ((w >> 12n) & 0x3f000n) | ((w >> 14n) & 0xfc0000n) |
      ((w >> 16n) & 0x3f000000n) | ((w >> 18n) & 0xfc0000000n) | ((w >> 20n) & 0x3f000000000n); // prettier-ignore
    if (n === 0n) this.sent.add(v);
    if (n === 61n) this.sent.delete(v);
    if (n === 62n && v >> 16n === 0x2aaaaaan) this.taken = v & 0xffffn;
    if (n === 1n) this.#sum = 0n;
    if (n > 0n && n < 61n) {
      this.feed.set(n, v);
      this.#sum = BigInt.asUintN(64, this.#sum * 3n + v);
    }
    if (n === 63n && v === (this.#sum & MASK)) this.told.push(this.feed.get(1n) ?? -1n);
  }

  value(number: number): number {
    return Number(this.feed.get(BigInt(number)));
  }
}

const pages = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max }).map((page) => page * PAGE);
const JVMS: fc.Arbitrary<JvmWalkParameters> = fc
  .record({
    pid: fc.integer({ min: 1, max: 2 ** 22 - 1 }),
    low: pages(2 ** 34),
    spans: fc.array(fc.integer({ min: 0, max: 2 ** 31 }), { minLength: 5, maxLength: 5 }),
    segments: fc.array(pages(2 ** 34), { minLength: 1, maxLength: 3 }),
    native: fc.tuple(pages(2 ** 34), pages(2 ** 34)),
    offsets: fc.array(fc.nat(2 ** 14 - 1), { minLength: 6, maxLength: 6 }),
  })
  .map(({ pid, low, spans, segments, native, offsets }) => ({
    locator: {
      pid: asPid(pid), tlsModuleId: 2 ** 20 - 1, tlsOffsetBytes: 0x318,
      lastJavaSpOffsetBytes: offsets[0] ?? 0, lastJavaPcOffsetBytes: offsets[1] ?? 0, lastJavaFpOffsetBytes: offsets[2] ?? 0,
    },
    codeLow: low, codeHigh: low + (spans[0] ?? 0), heapLows: segments.map((_, index) => low + index * PAGE), segmentMaps: segments,
    log2SegmentSize: 7, interpreterLow: low + (spans[1] ?? 0), interpreterHigh: low + (spans[2] ?? 0), callStubReturn: low + (spans[3] ?? 0),
    nativeLow: native[0], nativeHigh: native[1],
    frameSizeOffsetBytes: offsets[3] ?? 0, compileIdOffsetBytes: offsets[4] ?? 0, bcpBelowFpBytes: 64, wrapperAnchorOffsetBytes: offsets[5] ?? 0,
  })); // prettier-ignore

describe('a JVM', () => {
  test('arrives as it is, whatever it is', () => {
    fc.assert(
      fc.property(JVMS, (jvm) => {
        const probe = new Probe();
        for (const word of walkWords(jvm) ?? []) {
          expect(word).toMatch(/^[0-o]{8}$/);
          probe.rename(word);
        }
        const { locator, codeLow } = jvm;
        expect(probe.told).toEqual([BigInt(locator.pid)]);
        expect(probe.value(4)).toBe(
          locator.lastJavaSpOffsetBytes + locator.lastJavaPcOffsetBytes * 2 ** 14 + locator.lastJavaFpOffsetBytes * 2 ** 28,
        );
        expect([5, 6, 7].map((n) => probe.value(n) * PAGE)).toEqual([jvm.nativeLow, jvm.nativeHigh, codeLow]);
        expect([8, 9, 10, 11].map((n) => codeLow + probe.value(n))).toEqual([
          jvm.codeHigh, jvm.interpreterLow, jvm.interpreterHigh, jvm.callStubReturn,
        ]); // prettier-ignore
        expect([14, 15, 16].map((n) => probe.value(n) * PAGE)).toEqual([0, 1, 2].map((index) => jvm.segmentMaps[index] ?? 0));
        const blob = probe.feed.get(17n) ?? 0n;
        expect([blob & 0x3fn, (blob >> 6n) & 0x3fffn, (blob >> 28n) & 0x3fffn].map(Number)).toEqual([
          jvm.log2SegmentSize, jvm.frameSizeOffsetBytes, jvm.compileIdOffsetBytes,
        ]); // prettier-ignore
        expect([probe.value(18), probe.value(19)]).toEqual([jvm.bcpBelowFpBytes, jvm.wrapperAnchorOffsetBytes]);
      }),
    );
  });

  test('torn on its way is none; again, it is', () => {
    const [jvm] = fc.sample(JVMS, { numRuns: 1, seed: 5 });
    const words = jvm === undefined ? [] : (walkWords(jvm) ?? []);
    const probe = new Probe();
    for (const word of words.filter((_, index) => index !== 6)) probe.rename(word);
    expect(probe.told).toEqual([]);
    for (const word of words) probe.rename(word);
    expect(probe.told).toHaveLength(1);
  });

  test('that does not fit is not told', () => {
    const [jvm] = fc.sample(JVMS, { numRuns: 1, seed: 5 });
    if (jvm === undefined) throw new Error('no sample');
    expect(walkWords({ ...jvm, codeLow: jvm.codeLow + 1 })).toBe(null);
    expect(walkWords({ ...jvm, codeHigh: jvm.codeLow - PAGE })).toBe(null);
    expect(walkWords({ ...jvm, callStubReturn: jvm.codeLow + 2 ** 42 })).toBe(null);
  });
});

test('every identity', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 42 - 1 }), (id) => {
      const probe = new Probe();
      probe.rename(stackArrivedWord(id));
      expect([...probe.sent]).toEqual([BigInt(id)]);
    }),
  );
});

test('that one identity is forgotten, and no other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 42 - 1 }), { minLength: 2, maxLength: 5 }), (ids) => {
      const probe = new Probe();
      for (const id of ids) probe.rename(stackArrivedWord(id));
      const [forgotten = 0, ...others] = ids;
      const word = forgetStackWord(forgotten);
      expect(word).toMatch(/^m[0-o]{7}$/);
      probe.rename(word);
      expect([...probe.sent]).toEqual(others.map(BigInt));
      probe.rename(word);
      expect([probe.sent.size, probe.feed.size, probe.told.length]).toEqual([others.length, 0, 0]);
    }),
  );
});

test('what holds of every process: any address may be code', () => {
  const probe = new Probe();
  for (const word of anyProcessWords()) probe.rename(word);
  expect(probe.told).toEqual([0n]);
  expect([probe.value(5) * PAGE, probe.value(6) * PAGE]).toEqual([0x10000, 0x8000_0000_0000]);
});

test('how many are sent; jtrace’s own name, written back, says nothing', () => {
  const probe = new Probe();
  for (const pieces of [7, 12_287]) {
    probe.rename(takenWord(pieces));
    expect(probe.taken).toBe(BigInt(pieces));
  }
  for (const name of ['node', 'MainThread', 'jtrace', 'npx']) probe.rename(name);
  expect(probe.taken).toBe(12_287n);
  expect(probe.told).toEqual([]);
});
