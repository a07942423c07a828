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

/** Of C, before Go's code. */
const STARTUP_BYTES = 0x100;
/** Where the section with the table is in memory. */
const SECTION = 0x490_000;
/** Where the module's data of Go 1.26 is. */
const MODULE = 0x4a0_000;

interface Around {
  readonly names?: readonly string[];
  readonly architecture?: ElfFile['architecture'];
  /** [slot, type, addend] */
  readonly relocations?: readonly (readonly [number, number, number])[];
  /** Its word for where the code begins. */
  readonly moduleText?: number;
}

function read(
  bytes: Buffer,
  { names = ['.gopclntab'], architecture = 'x86-64', relocations = [], moduleText }: Around = {},
): FunctionIndex | null {
  const section = (name: string, type: number, address: number, fileOffset: number, sizeBytes: number): Section => {
    return { name, type, isCompressed: false, address, fileOffset, sizeBytes, link: 0, entryBytes: 0 };
  };
  const rela = Buffer.alloc(24 * relocations.length);
  relocations.forEach((words, i) => words.forEach((value, j) => rela.writeBigUInt64LE(BigInt(value), 24 * i + 8 * j)));
  const module = Buffer.alloc(moduleText === undefined ? 0 : 200);
  if (moduleText !== undefined) module.writeBigUInt64LE(BigInt(moduleText), 176);
  const file: ElfFile = {
    architecture,
    segments: [],
    sections: [
      section('.text', 1, TEXT - STARTUP_BYTES, 0, STARTUP_BYTES + 0x300),
      section('.rela.dyn', 4, 0, bytes.length, rela.length),
      section('.go.module', 1, MODULE, bytes.length + rela.length, module.length),
      ...names.map((name) => section(name, 1, SECTION, 0, bytes.length)),
    ],
  };
  return readGoFunctions(bufferSource(Buffer.concat([bytes, rela, module])), file);
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

const [X86_64_RELATIVE, AARCH64_RELATIVE, X86_64_GLOB_DAT] = [8, 1027, 6];
const SLOT = SECTION + 24;

test.each([
  ['x86-64', X86_64_RELATIVE],
  ['aarch64', AARCH64_RELATIVE],
] as const)(
  'a position-independent program (%s): a relocation says where its code begins, behind that of C',
  (architecture, type) => {
    const others = Array.from({ length: 10_000 }, (_, i) => [SECTION + 0x1000 + 8 * i, type, TEXT + 8 * i] as const);
    const functions = read(table(undefined, 0), { architecture, relocations: [...others, [SLOT, type, TEXT]] });
    expect(nameAt(functions, TEXT + 0x100)).toBe('main.main');
    expect(nameAt(functions, TEXT - STARTUP_BYTES + 0x100)).toBe('runtime.rt0_go');
  },
);

test('Go 1.26 and later: the data of the module say it, or a relocation there', () => {
  expect(nameAt(read(table(undefined, 0), { moduleText: TEXT }), TEXT + 0x100)).toBe('main.main');
  const relocations = [[MODULE + 176, X86_64_RELATIVE, TEXT]] as const;
  expect(nameAt(read(table(undefined, 0), { moduleText: 0, relocations }), TEXT + 0x100)).toBe('main.main');
});

test('a program that does not say where its code begins has no names, rather than wrong ones', () => {
  expect(read(table(undefined, 0))).toBeNull();
  expect(read(table(undefined, 0), { moduleText: 0 })).toBeNull();
  expect(read(table(undefined, 0), { relocations: [[SLOT, X86_64_GLOB_DAT, TEXT]] })).toBeNull();
  expect(read(table(undefined, 0), { relocations: [[SLOT + 8, X86_64_RELATIVE, TEXT]] })).toBeNull();
  expect(read(table(undefined, 0), { relocations: [[SLOT, X86_64_RELATIVE, SECTION]] })).toBeNull();
  expect(read(table(undefined, TEXT - STARTUP_BYTES - 1))).toBeNull();
});

test('tables of other releases, and words that lead out of the table', () => {
  expect(read(table((bytes) => bytes.writeUInt32LE(0xfffffffb, 0)))).toBeNull();
  expect(read(table((bytes) => bytes.writeUInt32LE(0xffffffff, 8)))).toBeNull();
  expect(read(table((bytes) => bytes.writeBigUInt64LE(1n << 62n, 8 + 8 * 7)))).toBeNull();
  expect(read(Buffer.alloc(10))).toBeNull();
  expect(nameAt(read(table((bytes) => bytes.writeUInt32LE(0xfffffff0, FUNCTIONS_AT + 4))), TEXT)).toBe('runtime.rt0_go');
  expect(nameAt(read(table((bytes) => bytes.writeUInt32LE(0xfffffff0, FUNCTIONS_AT + 64 + 4))), TEXT)).toBe('');
});

test('in .data.rel.ro, where other linkers put it: found by its magic, in Go programs alone', () => {
  const bytes = Buffer.concat([Buffer.alloc(96, 0xff), table(), Buffer.alloc(32)]);
  const names = ['.data.rel.ro', '.go.buildinfo'];
  expect(nameAt(read(bytes, { names }), TEXT + 0x100)).toBe('main.main');
  expect(read(bytes, { names: ['.data.rel.ro'] })).toBeNull();
  expect(read(bytes.subarray(0, 96 + 64), { names })).toBeNull();
  const relocated = Buffer.concat([Buffer.alloc(96, 0xff), table(undefined, 0)]);
  const relocations = [[SLOT + 96, X86_64_RELATIVE, TEXT]] as const;
  expect(nameAt(read(relocated, { names, relocations }), TEXT + 0x100)).toBe('main.main');
});
