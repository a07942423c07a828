import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bufferSource, type ByteSource } from '../../../../src/target/elf/byte-source.ts';
import { readLibraryBuild, type LibraryBuild } from '../../../../src/target/elf/library-build.ts';
import { MAX_RELOCATION_BYTES, MAX_STRING_TABLE_BYTES, MAX_SYMBOL_TABLE_BYTES } from '../../../../src/target/elf/limits.ts';
import { REPOSITORY } from '../../../support/repository.ts';

const IMAGE = readFileSync(join(REPOSITORY, 'test/fixtures/elf/small.so'));

function readSmall(): LibraryBuild {
  const build = readLibraryBuild(bufferSource(IMAGE));
  if (build === null) throw new Error('small.so cannot be read');
  return build;
}

describe('readLibraryBuild', () => {
  it('finds the function that covers an address', () => {
    const build = readSmall();
    const at = (address: number): string => {
      const found = build.functionAt(address);
      return found === null ? '-' : `${found.name} 0x${found.start.toString(16)}+${found.sizeBytes}`;
    };
    const rows = [
      0x40f, 0x410, 0x42f, 0x430, 0x433, 0x434, 0x435, 0x436, 0x438, 0x439, 0x43a, 0x43b, 0x43c, 0x455, 0x456, 0x45a, 0x464, 0x46c,
      0x47e, 0x47f, 0x482, 0x483, 0x1000, 0x2008, 2 ** 48,
    ].map((address) => `${address.toString(16)} ${at(address)}`); // prettier-ignore
    expect(rows).toEqual([
      '40f -',
      '410  0x410+16', // the PLT has no symbols: no neighbour's name
      '42f  0x420+16',
      '430 unsized_first 0x430+4', // reaches to the next
      '433 unsized_first 0x430+4',
      '434 unsized_second 0x434+2',
      '435 unsized_second 0x434+2',
      '436 around 0x436+6',
      '438 inside 0x438+2',
      '439 inside 0x438+2',
      '43a around 0x436+6', // behind the inner one the outer one goes on
      '43b around 0x436+6',
      '43c local_function 0x43c+26',
      '455 local_function 0x43c+26',
      '456 implementation 0x456+4',
      '45a global_function 0x45a+10', // not alias_with_a_longer_name
      '464 chosen_at_load_time 0x464+8', // not the local resolve
      '46c address_of_tls 0x46c+19',
      '47e address_of_tls 0x46c+19',
      '47f unsized_last 0x47f+4', // ends with its section
      '482 unsized_last 0x47f+4',
      '483 -',
      '1000 -',
      '2008 -', // data
      '1000000000000 -',
    ]);
  });

  it('knows values by name, thread-locals as offsets in their block', () => {
    const build = readSmall();
    const names = [
      'global_function',
      'local_function',
      'data_object',
      'exported_tls',
      'hidden_tls',
      '__tls_get_addr',
      'global',
      '',
    ];
    expect(names.map((name) => build.valueOf(name))).toEqual([0x45a, 0x43c, 0x2008, 8, 0, null, null, null]);
    expect(build.valueOf('global_function')).toBe(0x45a); // remembered
  });

  it('knows the build id, the TLS module slot and the segments', () => {
    const build = readSmall();
    expect(build.buildId).toBe('0123456789abcdef0123456789abcdef01234567');
    expect(build.tlsModuleSlot).toBe(0x1fd8);
    expect(build.segments.filter((segment) => segment.type === 1)).toHaveLength(2);
    expect(build.functionCount).toBe(10);
  });

  it('takes no file for what it is not', () => {
    const changed = (offset: number, value: number): Buffer => {
      const copy = Buffer.from(IMAGE);
      copy[offset] = value;
      return copy;
    };
    const others = [
      Buffer.alloc(0),
      Buffer.from('#!/bin/sh\n'),
      changed(4, 1),
      changed(5, 2),
      changed(18, 243), // riscv
      IMAGE.subarray(0, 63),
    ];
    expect(others.map((image) => readLibraryBuild(bufferSource(image)))).toEqual(others.map(() => null));
  });
});

/** Refuses nothing, but notes how much was asked for at once: a size that a file claims must not become memory of ours. */
function watched(source: ByteSource): { readonly source: ByteSource; readonly largest: () => number } {
  let largest = 0;
  return {
    largest: () => largest,
    source: {
      sizeBytes: source.sizeBytes,
      read(offset, lengthBytes) {
        largest = Math.max(largest, Number.isFinite(lengthBytes) ? lengthBytes : 0);
        return source.read(offset, lengthBytes);
      },
    },
  };
}

/** Reads an image and asks it everything; what comes out must be plain and in bounds. */
function exercise(image: Buffer): void {
  const { source, largest } = watched(bufferSource(image));
  const build = readLibraryBuild(source);
  expect(largest()).toBeLessThanOrEqual(Math.max(MAX_SYMBOL_TABLE_BYTES, MAX_STRING_TABLE_BYTES, MAX_RELOCATION_BYTES));
  if (build === null) return;
  expect(build.buildId).toMatch(/^[0-9a-f]{0,128}$/);
  expect(build.functionCount).toBeLessThan(image.length);
  for (let address = 0x400; address < 0x4a0; address += 3) {
    const found = build.functionAt(address);
    if (found === null) continue;
    expect(found.start).toBeLessThanOrEqual(address);
    expect(found.start + found.sizeBytes).toBeGreaterThan(address);
    expect(found.name.length).toBeLessThan(image.length);
  }
  build.valueOf('hidden_tls');
  build.valueOf('no such name');
}

describe('a hostile image', () => {
  const byte = fc.record({ at: fc.nat(IMAGE.length - 1), value: fc.integer({ min: 0, max: 255 }) });
  // Bits of headers do more harm than bits of code: half of the changes are there.
  const headerByte = fc.record({
    at: fc.oneof(fc.nat(0x1c7), fc.integer({ min: 0x13b0, max: IMAGE.length - 1 })),
    value: byte.map((b) => b.value),
  });
  const word = fc.record({
    at: fc.oneof(fc.nat(0x1c0), fc.integer({ min: 0x1010, max: IMAGE.length - 8 })).map((at) => at & ~7),
    value: fc.constantFrom(
      0n,
      1n,
      0xffffn,
      0x7fff_ffffn,
      0xffff_ffffn,
      2n ** 53n,
      2n ** 63n,
      2n ** 64n - 1n,
      BigInt(IMAGE.length),
    ),
  });

  it('ends in bounds after bit flips', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(byte, headerByte), { minLength: 1, maxLength: 12 }), (changes) => {
        const image = Buffer.from(IMAGE);
        for (const { at, value } of changes) image[at] = value;
        exercise(image);
      }),
      { numRuns: 1000 },
    );
  });

  it('ends in bounds with absurd sizes, counts and offsets', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (changes) => {
        const image = Buffer.from(IMAGE);
        for (const { at, value } of changes) image.writeBigUInt64LE(value, at);
        exercise(image);
      }),
      { numRuns: 1000 },
    );
  });

  it('ends in bounds when it is cut anywhere', () => {
    for (let length = 0; length < IMAGE.length; length += 7) exercise(IMAGE.subarray(0, length));
  });

  it('does not read a symbol table beyond the limits', () => {
    const image = Buffer.concat([IMAGE]);
    const sections = Number(image.readBigUInt64LE(40));
    image.writeBigUInt64LE(BigInt(MAX_SYMBOL_TABLE_BYTES) + 24n, sections + 17 * 64 + 32); // .symtab
    const endless: ByteSource = {
      sizeBytes: 2 ** 50,
      read: (offset, length) => {
        if (length > MAX_SYMBOL_TABLE_BYTES) throw new Error(`asked for ${length} bytes`);
        return offset + length <= image.length ? Buffer.from(image.subarray(offset, offset + length)) : Buffer.alloc(length);
      },
    };
    const build = readLibraryBuild(endless);
    expect(build?.functionAt(0x45a)?.name).toBe('global_function'); // .dynsym is still there
    expect(build?.functionAt(0x43c)).toBeNull(); // known by .symtab only
  });
});
