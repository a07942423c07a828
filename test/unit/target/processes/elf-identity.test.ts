// ELF headers of programs, sound and broken: an answer or null, never an exception, never more than is asked for.

import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readElfIdentity } from '../../../../src/target/processes/elf-identity.ts';

let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jtrace-elf-'));
  file = join(folder, 'program');
});

afterAll(() => rmSync(folder, { recursive: true }));

const identify = (bytes: Buffer): ReturnType<typeof readElfIdentity> => {
  writeFileSync(file, bytes);
  return readElfIdentity(file);
};

/** A header, its sections' names, and a section table: what is looked at, and nothing else. */
function elf(options: { wide?: boolean; little?: boolean; machine?: number; sections?: readonly string[] } = {}): Buffer {
  const { wide = true, little = true, machine = process.arch === 'arm64' ? 183 : 62, sections = ['.text'] } = options;
  const names = Buffer.from(`\0${sections.join('\0')}\0`);
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header[4] = wide ? 2 : 1;
  header[5] = little ? 1 : 2;
  if (little) header.writeUInt16LE(machine, 18);
  else header.writeUInt16BE(machine, 18);
  header.writeBigUInt64LE(BigInt(64 + names.length), 40);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(1, 60);
  const table = Buffer.alloc(64);
  table.writeBigUInt64LE(64n, 24);
  table.writeBigUInt64LE(BigInt(names.length), 32);
  return Buffer.concat([header, names, table]);
}

test('architectures', () => {
  expect(identify(elf())).toMatchObject({ ours: true, nativeImageSection: null });
  expect(identify(elf({ machine: 40, wide: false }))).toMatchObject({ ours: false, architecture: '32-bit arm' });
  expect(identify(elf({ machine: 62, wide: false }))).toMatchObject({ ours: false, architecture: '32-bit x86_64' }); // x32
  expect(identify(elf({ machine: 21, little: false }))).toMatchObject({ ours: false, architecture: 'ppc64 big-endian' });
  expect(identify(elf({ machine: 4242 }))).toMatchObject({ ours: false, architecture: 'machine 4242' });
});

test('sections of native-image', () => {
  expect(identify(elf({ sections: ['.text', '.svm_heap', '.svm_sbom'] }))?.nativeImageSection).toBe('.svm_heap');
  expect(identify(elf({ sections: ['.svm_\u001b[2J'] }))?.nativeImageSection).toBe('.svm_??2J');
  expect(identify(elf({ sections: ['.my.svm_heap', '.svmheap'] }))?.nativeImageSection).toBeNull();
});

test('what is no ELF file', () => {
  expect(readElfIdentity('/nonexistent')).toBeNull();
  expect(readElfIdentity('/dev/zero')).toBeNull();
  expect(readElfIdentity(folder)).toBeNull();
  for (const bytes of [Buffer.alloc(0), Buffer.from('#!/bin/sh\n'), elf().subarray(0, 40)]) expect(identify(bytes)).toBeNull();
  expect(readElfIdentity(process.execPath)).toMatchObject({ ours: true, nativeImageSection: null });
});

test('any bytes changed: an answer or null', () => {
  const sound = elf({ sections: ['.text', '.svm_heap'] });
  const changes = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 12 });
  fc.assert(
    fc.property(changes, fc.nat(sound.length), (list, length) => {
      const bytes = Buffer.from(sound);
      for (const [at, value] of list) bytes[at] = value;
      identify(bytes.subarray(0, length));
    }),
    { numRuns: 1000 },
  );
});
