import { describe, expect, test } from 'vitest';
import { FrozenMemory } from '../../../src/unwind/frozen-memory.ts';
import { Block, MemoryFault, MemoryView } from '../../../src/unwind/memory-view.ts';
import { SyntheticMemory } from '../../support/synthetic-target.ts';

describe('a block', () => {
  const block = new Block(0x1000, Uint8Array.from([0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 7]));

  test('little-endian numbers', () => {
    expect([block.u8(8), block.u16(0), block.i16(0), block.u32(0), block.i32(0), block.word(0)]).toEqual([
      7, 0xffff, -1, 0xffff_ffff, -1, 0x1_ffff_ffff,
    ]);
  });

  test.each([-1, 9, 2 ** 40, 2 ** 63])('offset %d, as hostile tables may have it, is a fault', (offset) => {
    for (const read of ['u8', 'u16', 'i16', 'u32', 'i32', 'word'] as const)
      expect(() => block[read](offset)).toThrow(MemoryFault);
  });
});

describe('a view', () => {
  test('never asks for what is no address, or for too much', () => {
    const memory = new SyntheticMemory();
    const view = new MemoryView(memory);
    for (const address of [0, 8, 4095, -8, NaN, 2 ** 48, 2 ** 63]) {
      expect(() => view.word(address)).toThrow(MemoryFault);
      expect(() => view.block(address, 8)).toThrow(MemoryFault);
    }
    expect(() => view.block(0x5000, 2 ** 40)).toThrow(MemoryFault);
    expect(() => view.block(0x5000, -1)).toThrow(MemoryFault);
    expect(memory.reads).toBe(0);
  });

  test('knows how far addresses go on its architecture', () => {
    const view = new MemoryView({ architecture: 'x86-64', read: () => true });
    expect([2 ** 47 - 8, 2 ** 47].map((address) => view.isPlausible(address))).toEqual([true, false]);
    expect(() => new FrozenMemory({ architecture: 'x86-64', read: () => true }).word(2 ** 47)).toThrow(MemoryFault);
    const larger = new MemoryView({ architecture: 'aarch64', read: () => true });
    expect([2 ** 47, 2 ** 48].map((address) => larger.isPlausible(address))).toEqual([true, false]);
  });

  test('strings end at their NUL, at the end of memory, or at their bound', () => {
    const memory = new SyntheticMemory();
    memory.write(0x8000 - 5, Buffer.from('abcd\0'));
    expect(new MemoryView(memory).cString(0x8000 - 5)).toBe('abcd');
    memory.write(0x9000, new Uint8Array(8192).fill(0x78));
    expect(new MemoryView(memory).cString(0x9000).length).toBe(512);
    memory.write(0x20000, Buffer.from('no end'));
    expect(() => new MemoryView(memory).cString(0x20000)).toThrow(MemoryFault);
  });

  test('a page cache gives the same bytes with fewer reads, also where a page is not whole', () => {
    const memory = new SyntheticMemory();
    memory.write(
      0x8000,
      Uint8Array.from({ length: 5000 }, (_, i) => i & 0xff),
    );
    const cached = new FrozenMemory(memory);
    const plain = new MemoryView(memory);
    for (const [address, size] of [[0x8000, 8], [0x8ffc, 8], [0x9000, 100], [0x8100, 4600]] as const) expect(cached.block(address, size).bytes).toEqual(plain.block(address, size).bytes); // prettier-ignore
    expect(() => cached.block(0x9000, 1000)).toThrow(MemoryFault);
    const reads = memory.reads;
    for (let i = 0; i < 100; i += 1) cached.word(0x8000 + 8 * i);
    expect(memory.reads).toBe(reads);
  });

  test('frozen memory says what is read plainly, at every place of a page and beside it', () => {
    const memory = new SyntheticMemory();
    memory.write(
      0x8000,
      Uint8Array.from({ length: 5000 }, (_, i) => (i % 600 === 599 ? 0 : 1 + (i % 255))),
    );
    const cached = new FrozenMemory(memory);
    const plain = new MemoryView(memory);
    const said = (ask: () => unknown): unknown => {
      try {
        return ask();
      } catch (error) {
        return error instanceof MemoryFault ? 'fault' : error;
      }
    };
    const places = Array.from({ length: 5100 }, (_, i) => 0x7ff0 + i);
    const answers = (view: MemoryView) =>
      places.map((at) => (['word', 'i32', 'u32', 'u8', 'cString'] as const).map((ask) => said(() => view[ask](at))));
    expect(answers(cached)).toEqual(answers(plain));
    for (const at of [-8, 0, 0.5, 4095, 2 ** 47, 2 ** 60, NaN]) expect(said(() => cached.word(at))).toBe('fault');
    for (const at of [-8, 0, 4095, 2 ** 47, NaN]) expect(said(() => cached.cString(at))).toBe('fault');
  });
});
