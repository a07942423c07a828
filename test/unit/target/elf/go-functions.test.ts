// Go's own table of functions: a small one in the layout of Go 1.18 and 1.20, and the ways it may lie.

import { expect, test } from 'vitest';
import { bufferSource } from '../../../../src/target/elf/byte-source.ts';
import type { ElfFile, Section } from '../../../../src/target/elf/elf-file.ts';
import { readGoFunctions } from '../../../../src/target/elf/go-functions.ts';
import type { FunctionIndex } from '../../../../src/target/elf/function-index.ts';

const TEXT = 0x401000;
const NAMES_AT = 72;
const FUNCTIONS_AT = 160;
const NAMES = ['runtime.rt0_go', 'main.main', 'main.(*shop).sell'];

function table(change: (bytes: Buffer) => void = () => undefined, textStart = TEXT): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.writeUInt32LE(0xfffffff1, 0);
  bytes[6] = 1;
  bytes[7] = 8;
  [NAMES.length, 1, textStart, NAMES_AT, 0, 0, 0, FUNCTIONS_AT].forEach((word, i) =>
    bytes.writeBigUInt64LE(BigInt(word), 8 + 8 * i),
  );
  let name = 0;
  NAMES.forEach((text, i) => {
    bytes.write(`${text}\0`, NAMES_AT + name);
    const record = 64 + 16 * i;
    bytes.writeUInt32LE(0x100 * i, FUNCTIONS_AT + 8 * i);
    bytes.writeUInt32LE(record, FUNCTIONS_AT + 8 * i + 4);
    bytes.writeUInt32LE(name, FUNCTIONS_AT + record + 4);
    name += text.length + 1;
  });
  bytes.writeUInt32LE(0x100 * NAMES.length, FUNCTIONS_AT + 8 * NAMES.length);
  change(bytes);
  return bytes;
}

function read(bytes: Buffer): FunctionIndex | null {
  const section = (name: string, address: number, sizeBytes: number): Section => {
    return { name, type: 1, isCompressed: false, address, fileOffset: 0, sizeBytes, link: 0, entryBytes: 0 };
  };
  const file: ElfFile = {
    architecture: 'x86-64',
    segments: [],
    sections: [section('.text', TEXT, 0x300), section('.gopclntab', 0, bytes.length)],
  };
  return readGoFunctions(bufferSource(bytes), file);
}

const nameAt = (functions: FunctionIndex | null, address: number): string | null => {
  const place = functions?.find(address) ?? -1;
  return place < 0 ? null : (functions?.at(place).mangledName ?? null);
};

test('every address between the first function and the end has one', () => {
  const functions = read(table());
  expect([TEXT - 1, TEXT, TEXT + 0x1ff, TEXT + 0x200, TEXT + 0x2ff, TEXT + 0x300].map((address) => nameAt(functions, address))).toEqual([
    null, 'runtime.rt0_go', 'main.main', 'main.(*shop).sell', 'main.(*shop).sell', null,
  ]); // prettier-ignore
  expect(functions?.at(1)).toEqual({ mangledName: 'main.main', start: TEXT + 0x100, sizeBytes: 0x100 });
});

test('a position-independent program says no address: its code begins where .text does', () => {
  expect(nameAt(read(table(undefined, 0)), TEXT + 0x100)).toBe('main.main');
});

test('tables of other releases, and words that lead out of the table', () => {
  expect(read(table((bytes) => bytes.writeUInt32LE(0xfffffffb, 0)))).toBeNull();
  expect(read(table((bytes) => bytes.writeUInt32LE(0xffffffff, 8)))).toBeNull();
  expect(read(table((bytes) => bytes.writeBigUInt64LE(1n << 62n, 8 + 8 * 7)))).toBeNull();
  expect(read(Buffer.alloc(10))).toBeNull();
  expect(nameAt(read(table((bytes) => bytes.writeUInt32LE(0xfffffff0, FUNCTIONS_AT + 4))), TEXT)).toBe('runtime.rt0_go');
  expect(nameAt(read(table((bytes) => bytes.writeUInt32LE(0xfffffff0, FUNCTIONS_AT + 64 + 4))), TEXT)).toBe('');
});
