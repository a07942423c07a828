// Pages remembered for one batch: the same bytes as reading each time, fewer reads, nothing kept from batch to batch.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentReader } from '../../../src/app/silent-reader.ts';
import { PAGE_BYTES, asPid } from '../../../src/model/units.ts';
import { withBatchPages } from '../../../src/target/batch-pages.ts';
import type { OpenTarget } from '../../../src/target/open-target.ts';

const START = 0x7f00_0000_0000;
const PAGES = 3;

/** Three pages that can be read, and a fourth that cannot. */
function target(memory: Uint8Array): OpenTarget & { reads: number; closed: boolean } {
  return {
    reads: 0,
    closed: false,
    ...silentReader(asPid(1)),
    read(address, into) {
      this.reads += 1;
      const at = address - START;
      if (this.closed || at < 0 || at + into.length > memory.length) {
        into.fill(0);
        return false;
      }
      into.set(memory.subarray(at, at + into.length));
      return true;
    },
    alive: () => true,
    close() {
      this.closed = true;
    },
  };
}

const someMemory = (): Uint8Array => Uint8Array.from({ length: PAGES * PAGE_BYTES }, (_, i) => (i * 31) >> 3);

describe('withBatchPages', () => {
  it('answers as the target does, wherever a read lies', () => {
    const place = fc.record({ offset: fc.integer({ min: -2000, max: (PAGES + 1) * PAGE_BYTES }), size: fc.nat(1500) });
    fc.assert(
      fc.property(fc.array(place, { maxLength: 20 }), (places) => {
        const plain = target(someMemory());
        const batched = withBatchPages(target(someMemory()));
        batched.beginBatch();
        for (const { offset, size } of places) {
          const [expected, found] = [new Uint8Array(size), new Uint8Array(size)];
          expect(batched.read(START + offset, found)).toBe(plain.read(START + offset, expected));
          expect(found).toEqual(expected);
        }
      }),
    );
  });

  it('reads a page once in a batch, and again in the next', () => {
    const memory = someMemory();
    const below = target(memory);
    const batched = withBatchPages(below);
    const word = new Uint8Array(8);
    batched.beginBatch();
    for (let at = 0; at < 100; at += 8) batched.read(START + at, word);
    expect(below.reads).toBe(1);
    memory[96] = 77;
    batched.read(START + 96, word);
    expect(word[0]).not.toBe(77);
    batched.beginBatch();
    batched.read(START + 96, word);
    expect(word[0]).toBe(77);
  });

  it('remembers nothing outside of a batch', () => {
    const memory = someMemory();
    const batched = withBatchPages(target(memory));
    const word = new Uint8Array(8);
    for (const begin of [() => undefined, () => { batched.beginBatch(); batched.read(START, word); batched.endBatch(); }]) {
      begin();
      memory[0] = (memory[0] ?? 0) + 1;
      batched.read(START, word);
      expect(word[0]).toBe(memory[0]);
    }
  }); // prettier-ignore

  it('answers nothing once closed, also in a batch', () => {
    const below = target(someMemory());
    const batched = withBatchPages(below);
    batched.beginBatch();
    expect(batched.read(START, new Uint8Array(8))).toBe(true);
    // A reader's own close() knows no `this` here.
    below.closed = true;
    batched.close();
    expect(batched.read(START, new Uint8Array(8))).toBe(false);
  });
});
