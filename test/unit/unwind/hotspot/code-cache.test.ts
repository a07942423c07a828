import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodeCache } from '../../../../src/unwind/hotspot/code-cache.ts';
import { MAX_SEGMENT_HOPS } from '../../../../src/unwind/limits.ts';
import { MemoryFault, MemoryView } from '../../../../src/unwind/memory-view.ts';
import { SYNTHETIC_LAYOUT, SyntheticJvm } from '../../../support/synthetic-jvm.ts';

function cacheOf(jvm: SyntheticJvm): CodeCache {
  const cache = new CodeCache(new MemoryView(jvm.memory), SYNTHETIC_LAYOUT);
  expect(cache.refresh()).toBe(true);
  return cache;
}
const nops = (count: number): number[] => Array.from({ length: count }, () => 0x90);
const HEADER = SYNTHETIC_LAYOUT.codeBlob.sizeBytes;

describe('findBlob', () => {
  test('every byte of blobs of one segment and of hundreds leads to its own', () => {
    const jvm = new SyntheticJvm();
    // 0xfe segments of 128 bytes and more: distances start again at 1.
    const sizes = [1, 80, 200, 128 * 0xfe, 128 * 600, 30];
    const begins = sizes.map((size) => jvm.blob({ name: 'x', code: nops(size), frameSizeWords: 1 }));
    const cache = cacheOf(jvm);
    begins.forEach((begin, i) => {
      const size = sizes[i] ?? 0;
      for (const offset of [0, 1, size >> 1, size - 1]) expect(cache.findBlob(begin + offset)).toBe(begin - HEADER);
      for (let offset = 0; offset < size; offset += 127) expect(cache.findBlob(begin + offset)).toBe(begin - HEADER);
    });
    expect(cache.findBlob(jvm.heapHigh - 1)).toBe(null);
  });

  test('a freed block is none, though its segments still point to it', () => {
    const jvm = new SyntheticJvm();
    const begin = jvm.blob({ name: 'x', code: nops(300), frameSizeWords: 1 });
    const cache = cacheOf(jvm);
    jvm.memory.write(begin - HEADER - SYNTHETIC_LAYOUT.heapBlock.sizeBytes + SYNTHETIC_LAYOUT.heapBlock.used, [0]);
    expect(cache.findBlob(begin + 200)).toBe(null);
  });

  test('a map that points below the heap, or forever back by one, ends', () => {
    const jvm = new SyntheticJvm();
    const begin = jvm.blob({ name: 'x', code: nops(128 * 200), frameSizeWords: 1 });
    jvm.segment(jvm.heapLow, 5);
    const cache = cacheOf(jvm);
    expect(cache.findBlob(jvm.heapLow + 8)).toBe(null);
    for (let pc = jvm.heapLow; pc < begin + 128 * 200; pc += 128) jvm.segment(pc, 1);
    const reads = jvm.memory.reads;
    expect(cache.findBlob(begin + 128 * 199)).toBe(null);
    expect(jvm.memory.reads - reads).toBeLessThanOrEqual(MAX_SEGMENT_HOPS + 1);
  });

  test('memory that is gone is a fault, not a free segment', () => {
    const jvm = new SyntheticJvm();
    const begin = jvm.blob({ name: 'x', code: nops(10), frameSizeWords: 1 });
    const cache = cacheOf(jvm);
    jvm.memory.remove(begin - HEADER - 16, 16);
    expect(() => cache.findBlob(begin)).toThrow(MemoryFault);
  });

  test('any map, any pc: a block at or below the pc, or none', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { minLength: 1, maxLength: 40 }), fc.nat(128 * 40), (map, offset) => {
        const jvm = new SyntheticJvm();
        jvm.blob({ name: 'x', code: nops(128 * 40), frameSizeWords: 1 });
        map.forEach((value, i) => jvm.segment(jvm.heapLow + 128 * i, value));
        const pc = jvm.heapLow + offset;
        const found = cacheOf(jvm).findBlob(pc);
        if (found !== null) {
          expect(found).toBeGreaterThanOrEqual(jvm.heapLow + 16);
          expect(found - 16).toBeLessThanOrEqual(pc);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('heaps', () => {
  test('contain what lies between their bounds, which grow', () => {
    const jvm = new SyntheticJvm();
    const cache = cacheOf(jvm);
    const at = (address: number): boolean => cache.contains(address);
    expect([at(jvm.heapLow - 1), at(jvm.heapLow), at(jvm.heapHigh - 1), at(jvm.heapHigh)]).toEqual([false, true, true, false]);
    const words = Buffer.alloc(8);
    jvm.memory.read(SYNTHETIC_LAYOUT.heaps.at, words);
    jvm.memory.read(Number(words.readBigUInt64LE()) + 8, words);
    jvm.memory.read(Number(words.readBigUInt64LE()), words);
    jvm.memory.word(Number(words.readBigUInt64LE()) + SYNTHETIC_LAYOUT.codeHeap.memory + 8, jvm.heapHigh + 4096);
    expect(at(jvm.heapHigh)).toBe(false);
    cache.refreshBounds();
    expect(at(jvm.heapHigh)).toBe(true);
    expect(cache.bounds).toEqual({ low: jvm.heapLow, high: jvm.heapHigh + 4096 });
  });

  test('none yet: the VM has not made them', () => {
    const jvm = new SyntheticJvm();
    jvm.memory.word(SYNTHETIC_LAYOUT.heaps.at, 0);
    expect(new CodeCache(new MemoryView(jvm.memory), SYNTHETIC_LAYOUT).refresh()).toBe(false);
  });
});
