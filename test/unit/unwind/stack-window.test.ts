import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CapturedStack } from '../../../src/model/sample.ts';
import { asAddress } from '../../../src/model/units.ts';
import { StackWindow, WalkStop } from '../../../src/unwind/stack-window.ts';

const START = 0x7fff_0000_1800;
const PAGE = 0x7fff_0000_2000;

function chunk(address: number, sizeBytes: number): CapturedStack['chunks'][number] {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at + 8 <= sizeBytes; at += 8) bytes.writeBigUInt64LE(BigInt(address + at), at);
  return { address: asAddress(address), bytes };
}

/** A stack whose every word holds its own address. */
function stack(parts: Partial<CapturedStack> = {}): CapturedStack {
  return {
    chunks: [chunk(START, 0x800), chunk(PAGE, 0x1000)],
    unreadablePages: [],
    end: asAddress(PAGE + 0x1000),
    cut: false,
    lostChunks: 0,
    ...parts,
  };
}

/** The word, or why it is not known. */
function ask(window: StackWindow, address: number): number | string {
  try {
    const word = window.word(address);
    expect(window.tryWord(address)).toBe(word);
    return word;
  } catch (error) {
    if (!(error instanceof WalkStop)) throw error;
    expect(window.tryWord(address)).toBe(null);
    return error.reason;
  }
}

describe('words', () => {
  test('of all chunks, up to the last', () => {
    const window = new StackWindow(stack(), null);
    for (const address of [START, START + 0x7f8, PAGE, PAGE + 0xff8, START]) expect(ask(window, address)).toBe(address);
    expect(window.approximations.size).toBe(0);
  });

  test('high bits are kept as far as numbers do', () => {
    const bytes = Buffer.from('00ff00ff00ff00ff', 'hex');
    const window = new StackWindow(stack({ chunks: [{ address: asAddress(START), bytes }] }), null);
    expect(window.word(START)).toBe(0xff00ff00 + 0xff00ff00 * 2 ** 32);
  });

  test('neither across the edge of a chunk, nor at odd addresses', () => {
    const window = new StackWindow(stack({ chunks: [chunk(START, 12)] }), null);
    expect(ask(window, START)).toBe(START);
    expect(window.tryWord(START + 8)).toBe(null);
    for (const odd of [START + 1, START + 4, START + 0.5, NaN]) expect(window.tryWord(odd)).toBe(null);
    expect(ask(window, START + 4)).toBe('bad-frame');
  });
});

describe('what is not there has its reason', () => {
  test('below and above the stack', () => {
    const window = new StackWindow(stack(), null);
    expect(ask(window, START - 8)).toBe('bad-frame');
    expect(ask(window, PAGE + 0x1000)).toBe('bad-frame');
    expect([window.covers(START - 8), window.covers(START), window.covers(PAGE + 0xff8), window.covers(PAGE + 0x1000)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('a chunk that was lost, in the middle or at the end', () => {
    const middle = stack({ chunks: [chunk(START, 0x400), chunk(PAGE, 0x1000)], lostChunks: 1 });
    expect(ask(new StackWindow(middle, null), START + 0x400)).toBe('stack-lost');
    const atEnd = stack({ chunks: [chunk(START, 0x800)], lostChunks: 2 });
    expect(ask(new StackWindow(atEnd, null), PAGE)).toBe('stack-lost');
  });

  test('a window that ended before the stack did', () => {
    const cut = new StackWindow(stack({ end: asAddress(PAGE + 0x10_0000), cut: true }), null);
    expect(ask(cut, PAGE + 0x1000)).toBe('stack-cut');
    expect(cut.covers(PAGE + 0x1000)).toBe(true);
    expect(ask(cut, PAGE + 0x10_0000)).toBe('bad-frame');
  });

  test('nothing was captured', () => {
    const empty = new StackWindow(stack({ chunks: [], end: asAddress(0) }), null);
    expect(ask(empty, START)).toBe('bad-frame');
    expect(empty.covers(START)).toBe(false);
  });
});

describe('pages BPF could not read', () => {
  const unreadable = stack({ chunks: [chunk(START, 0x800), { address: asAddress(PAGE), bytes: new Uint8Array(0x1000) }], unreadablePages: [asAddress(PAGE)] }); // prettier-ignore

  test('are no zeros where they may not be read again', () => {
    const window = new StackWindow(unreadable, null);
    expect(ask(window, PAGE + 16)).toBe('stack-unreadable');
    expect(ask(window, START)).toBe(START);
    expect(window.approximations.size).toBe(0);
  });

  test('are read again once, and only when asked for; that is approximate', () => {
    const asked: number[] = [];
    const reader = {
      read(address: number, into: Uint8Array): boolean {
        asked.push(address);
        Buffer.from(into.buffer).writeBigUInt64LE(77n, 16);
        return true;
      },
    };
    const window = new StackWindow(unreadable, reader);
    expect(ask(window, START)).toBe(START);
    expect([...window.approximations]).toEqual([]);
    expect([ask(window, PAGE + 16), ask(window, PAGE + 24)]).toEqual([77, 0]);
    expect([...window.approximations]).toEqual(['reread-page']);
    expect(asked).toEqual([PAGE]);
  });

  test('are missing where the process is gone', () => {
    const window = new StackWindow(unreadable, { read: () => false });
    expect(ask(window, PAGE)).toBe('stack-unreadable');
    expect(window.approximations.size).toBe(0);
  });
});

test('any window, any address: a word of it or a reason', () => {
  const page = fc.nat(5).map((n) => asAddress(PAGE + n * 0x1000));
  const sizes = fc.array(fc.tuple(fc.nat(0x900), fc.nat(0x1100)), { maxLength: 5 });
  const address = fc.oneof(fc.integer({ min: START - 64, max: PAGE + 0x5000 }), fc.double({ noNaN: false }));
  fc.assert(
    fc.property(sizes, fc.array(page), fc.boolean(), fc.nat(3), fc.array(address), (gaps, unreadablePages, cut, lost, asked) => {
      let at = START;
      const chunks = gaps.map(([gap, size]) => {
        const made = { address: asAddress(at + gap - (gap % 8)), bytes: new Uint8Array(size) };
        at = made.address + Math.ceil(size / 8) * 8;
        return made;
      });
      const made = { chunks, unreadablePages, cut, lostChunks: lost, end: asAddress(PAGE + 0x4000) };
      const window = new StackWindow(made, null);
      for (const one of asked) {
        const word = window.tryWord(one);
        expect(word === null ? typeof ask(window, one) : typeof word).toBe(word === null ? 'string' : 'number');
      }
    }),
  );
});
