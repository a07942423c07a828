// A library's index through the cache: the same answers as worked out, never those of another file, and a damaged or hostile entry is no
// entry.

import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bufferSource } from '../../../../src/target/elf/byte-source.ts';
import { readLibraryBuild, type LibraryBuild } from '../../../../src/target/elf/library-build.ts';
import { decodeLibraryIndex } from '../../../../src/target/elf/library-index-codec.ts';
import type { IndexCache } from '../../../../src/target/elf/library-index.ts';

const LIBC = '/lib/x86_64-linux-gnu/libc.so.6';
const CHECKSUM_AT = 40;

function memoryCache(): IndexCache & { readonly entries: Map<string, Buffer>; reads: number } {
  const entries = new Map<string, Buffer>();
  return {
    entries,
    reads: 0,
    read(name) {
      this.reads += 1;
      return entries.get(name) ?? null;
    },
    write: (name, bytes) => entries.set(name, Buffer.from(bytes)),
  };
}

function answers(build: LibraryBuild | null): unknown {
  if (build === null) return null;
  const start = build.valueOf('malloc') ?? build.valueOf('main') ?? 0;
  const places = Array.from({ length: 400 }, (_, i) => start + 37 * i);
  return places.map((address) => [build.functionAt(address), build.unwindRuleAt(address)]);
}

describe('the index of a library', () => {
  const image = readFileSync(LIBC);
  const fresh = answers(readLibraryBuild(bufferSource(image)));

  test('from the cache says what the first one said', () => {
    const cache = memoryCache();
    expect(answers(readLibraryBuild(bufferSource(image), { cache }))).toEqual(fresh);
    expect(cache.entries.size).toBe(1);
    expect(answers(readLibraryBuild(bufferSource(image), { cache }))).toEqual(fresh);
    expect(cache.reads).toBe(2);
    expect([...cache.entries.keys()][0]).toMatch(/^[0-9a-f]{40}-[0-9a-f]{64}$/u);
  });

  test('a file with the same build id and other contents has another entry', () => {
    const cache = memoryCache();
    readLibraryBuild(bufferSource(image), { cache });
    const [name = ''] = cache.entries.keys();
    const other = Buffer.from(image);
    // A byte of .eh_frame: CFA's of one function.
    const at = other.lastIndexOf(Buffer.from([0x0e, 0x10]));
    other[at + 1] = 0x20;
    readLibraryBuild(bufferSource(other), { cache });
    expect([...cache.entries.keys()].filter((key) => key !== name && key.startsWith(name.slice(0, 40)))).toHaveLength(1);
  });

  test('an entry with any byte changed, cut, or of another key is worked out again', () => {
    const cache = memoryCache();
    readLibraryBuild(bufferSource(image), { cache });
    const [[name, whole] = ['', Buffer.alloc(0)]] = cache.entries;
    const key = Buffer.from(name.slice(-64), 'hex');
    expect(decodeLibraryIndex(whole, key)).not.toBeNull();
    expect(decodeLibraryIndex(whole, Buffer.alloc(32))).toBeNull();
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const hostile = Buffer.from(whole);
        hostile[at] = (hostile[at] ?? 0) ^ by;
        expect(decodeLibraryIndex(hostile, key)).toBeNull();
        expect(decodeLibraryIndex(whole.subarray(0, at), key)).toBeNull();
      }),
      { numRuns: 60 },
    );
    cache.entries.set(name, whole.subarray(0, 100));
    expect(answers(readLibraryBuild(bufferSource(image), { cache }))).toEqual(fresh);
  });

  test('a checksum that fits does not make a hostile entry sound', () => {
    const cache = memoryCache();
    readLibraryBuild(bufferSource(image), { cache });
    const [[name, whole] = ['', Buffer.alloc(0)]] = cache.entries;
    const key = Buffer.from(name.slice(-64), 'hex');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 44, max: 4096 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }), (changes) => {
        const hostile = Buffer.from(whole);
        for (const [at, byte] of changes) hostile[at] = byte;
        hostile.writeUInt32LE(crc32(hostile.subarray(CHECKSUM_AT + 4)), CHECKSUM_AT);
        // Either no entry, or one that look-ups end in.
        if (decodeLibraryIndex(hostile, key) === null) return;
        const build = readLibraryBuild(bufferSource(image), { cache: { read: () => hostile, write: () => undefined } });
        expect(() => answers(build)).not.toThrow();
      }),
      { numRuns: 40 },
    ); // prettier-ignore
  });

  test('small files are not kept', () => {
    const cache = memoryCache();
    readLibraryBuild(bufferSource(readFileSync('/bin/true')), { cache });
    expect(cache.reads).toBe(0);
  });
});
