// The .gopclntab section of a Go program → its functions: it is there in stripped programs, too, because Go's runtime needs it.
// Go 1.18 and later (magic 0xfffffff0 and 0xfffffff1); programs of earlier releases have no names here. A linker that is not Go's own (cgo and
// -buildmode=pie, as distributions build) puts it somewhere into .data.rel.ro. Where Go's code begins is go-text-start.ts. Inlined calls, which the
// table also has, are left out. Source: src/debug/gosym/pclntab.go and src/runtime/symtab.go of Go.

import type { ByteSource } from './byte-source.ts';
import { lastNotAbove } from '../last-not-above.ts';
import { sectionNamed, type ElfFile } from './elf-file.ts';
import type { FunctionIndex } from './function-index.ts';
import { findGoTextStart } from './go-text-start.ts';

/** Kubernetes' programs have some 40 MB. */
const MAX_TABLE_BYTES = 128 * 1024 * 1024;
const MAX_FUNCTIONS = 2_000_000;
const MAX_NAME_BYTES = 4096;
const MAGIC_1_18 = 0xffff_fff0;
const MAGIC_1_20 = 0xffff_fff1;
const HEADER_BYTES = 72;
/** Of the header's word that says where the code begins. */
const TEXT_START_AT = 24;
const ENTRY_BYTES = 8;
/** Go's linker aligns it so. */
const TABLE_ALIGNMENT = 32;
/** What every Go program has, however it was linked. */
const GO_SECTIONS: readonly string[] = ['.go.buildinfo', '.note.go.buildid'];

/** null: no Go program, or an older one. */
export function readGoFunctions(source: ByteSource, file: ElfFile): FunctionIndex | null {
  const table = findTable(source, file);
  if (table === null) return null;
  const { bytes, address } = table;
  const at = (word: number): number => Number(bytes.readBigUInt64LE(8 + 8 * word));
  const [count, names, functions] = [at(0), at(3), at(7)];
  const tableBytes = count * ENTRY_BYTES;
  if (!(count > 0 && count <= MAX_FUNCTIONS) || !(names <= bytes.length) || !(functions + tableBytes + 4 <= bytes.length))
    return null;
  const textStart = findGoTextStart(source, file, { address: address + TEXT_START_AT, value: at(2) });
  if (textStart === null) return null;
  const starts = Float64Array.from({ length: count }, (_, i) => textStart + bytes.readUInt32LE(functions + i * ENTRY_BYTES));
  const end = textStart + bytes.readUInt32LE(functions + tableBytes);
  return {
    count,
    sizeBytes: bytes.length + starts.byteLength,
    find(address) {
      const place = lastNotAbove(starts, address);
      return address < (starts[place + 1] ?? end) ? place : -1;
    },
    startOf: (place) => starts[place] ?? -1,
    at(place) {
      const start = starts[place] ?? 0;
      const record = functions + wordAt(bytes, functions + place * ENTRY_BYTES + 4);
      const name = names + wordAt(bytes, record + 4);
      const limit = Math.min(name + MAX_NAME_BYTES, bytes.length);
      const zero = name < limit ? bytes.subarray(name, limit).indexOf(0) : 0;
      const mangledName = bytes.toString('utf8', name, zero < 0 ? limit : name + zero);
      return { mangledName, start, sizeBytes: (starts[place + 1] ?? end) - start };
    },
  };
}

interface Table {
  /** From the table's first byte on. */
  readonly bytes: Buffer;
  readonly address: number;
}

/** null: there is none. */
function findTable(source: ByteSource, file: ElfFile): Table | null {
  const own = sectionNamed(file, '.gopclntab') ?? sectionNamed(file, '.data.rel.ro.gopclntab');
  const isGo = GO_SECTIONS.some((name) => sectionNamed(file, name) !== undefined);
  const section = own ?? (isGo ? sectionNamed(file, '.data.rel.ro') : undefined);
  if (section === undefined || section.sizeBytes > MAX_TABLE_BYTES) return null;
  const bytes = source.read(section.fileOffset, section.sizeBytes);
  if (bytes === null) return null;
  const step = own === undefined ? TABLE_ALIGNMENT : Infinity;
  for (let at = 0; at < bytes.length; at += step)
    if (isTable(bytes, at)) return { bytes: bytes.subarray(at), address: section.address + at };
  return null;
}

/** Magic, two zeros, an instruction's least size (not asked for), a word size of 8. */
function isTable(bytes: Buffer, at: number): boolean {
  if (at + HEADER_BYTES > bytes.length || bytes[at + 7] !== 8) return false;
  const magic = bytes.readUInt32LE(at);
  return (magic === MAGIC_1_18 || magic === MAGIC_1_20) && bytes[at + 4] === 0 && bytes[at + 5] === 0;
}

/** 0 outside of the table: its words are the file's to choose. */
function wordAt(bytes: Buffer, at: number): number {
  return at >= 0 && at + 4 <= bytes.length ? bytes.readUInt32LE(at) : 0;
}
