// The headers of a 64-bit little-endian ELF image → segments and sections, or null when it is none. Leaves out 32-bit, big-endian
// and other machines, and extended numbering (more than 65,279 sections). Source: the System V gABI, chapters 4 and 5; elf.h.

import type { ByteSource } from './byte-source.ts';
import type { ArchitectureName } from '../../model/architecture.ts';
import { MAX_SECTION_NAME_BYTES, MAX_SECTION_NAMES_BYTES, MAX_SECTIONS, MAX_SEGMENTS } from './limits.ts';

/** A program header (Elf64_Phdr). */
export interface Segment {
  readonly type: number;
  readonly executable: boolean;
  readonly writable: boolean;
  readonly fileOffset: number;
  readonly address: number;
  readonly fileBytes: number;
}

/** A section header (Elf64_Shdr). */
export interface Section {
  /** '' when the file's names cannot be read. */
  readonly name: string;
  readonly type: number;
  readonly isCompressed: boolean;
  readonly address: number;
  readonly fileOffset: number;
  readonly sizeBytes: number;
  /** Index of the section this one refers to: a symbol table's strings, a relocation table's symbols. */
  readonly link: number;
  /** Of sections that hold entries of one size; 0: others, or not said. */
  readonly entryBytes: number;
}

export interface ElfFile {
  readonly architecture: ArchitectureName;
  readonly segments: readonly Segment[];
  /** Empty when the file has none or they cannot be read; a place in this list is the index that symbols use. */
  readonly sections: readonly Section[];
}

export const PT_LOAD = 1;
export const PT_NOTE = 4;
export const PT_TLS = 7;
export const PT_GNU_EH_FRAME = 0x6474_e550;
export const SHT_SYMTAB = 2;
export const SHT_RELA = 4;
export const SHT_NOTE = 7;
export const SHT_NOBITS = 8;
export const SHT_DYNSYM = 11;
/** e_machine of what is read. */
const MACHINES: ReadonlyMap<number, ArchitectureName> = new Map([
  [62, 'x86-64'],
  [183, 'aarch64'],
]);
const SHF_COMPRESSED = 0x800;
const PF_X = 1;
const PF_W = 2;
const HEADER_BYTES = 64;
const SEGMENT_HEADER_BYTES = 56;
const SECTION_HEADER_BYTES = 64;
/** 0x7f E L F, 64-bit, little-endian. */
const MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);

/** Reads the headers. Offsets and sizes in the answer are as the file claims: reads check them. */
export function readElfFile(source: ByteSource): ElfFile | null {
  const header = source.read(0, HEADER_BYTES);
  if (header?.subarray(0, MAGIC.length).equals(MAGIC) !== true) return null;
  const architecture = MACHINES.get(header.readUInt16LE(18));
  if (architecture === undefined) return null;
  const segments = readTable(
    source,
    word(header, 32),
    header.readUInt16LE(54),
    SEGMENT_HEADER_BYTES,
    header.readUInt16LE(56),
    MAX_SEGMENTS,
  );
  if (segments === null) return null;
  const sections = readTable(
    source,
    word(header, 40),
    header.readUInt16LE(58),
    SECTION_HEADER_BYTES,
    header.readUInt16LE(60),
    MAX_SECTIONS,
  );
  const names = readSectionNames(source, sections ?? [], header.readUInt16LE(62));
  return {
    architecture,
    segments: segments.map(decodeSegment),
    sections: (sections ?? []).map((row) => decodeSection(row, names)),
  };
}

/** The section of a name and its bytes' place; undefined: there is none. */
export function sectionNamed(file: ElfFile, name: string): Section | undefined {
  return file.sections.find((section) => section.name === name);
}

function readSectionNames(source: ByteSource, sections: readonly Buffer[], index: number): Buffer {
  const row = sections[index];
  const sizeBytes = row === undefined ? 0 : word(row, 32);
  const names = row === undefined || sizeBytes > MAX_SECTION_NAMES_BYTES ? null : source.read(word(row, 24), sizeBytes);
  return names ?? Buffer.alloc(0);
}

/** A 64-bit word as a number; above 2^53 it loses low bits, which only makes an impossible offset another impossible one. */
export function word(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 0x1_0000_0000;
}

function readTable(
  source: ByteSource,
  offset: number,
  strideBytes: number,
  expected: number,
  count: number,
  limit: number,
): Buffer[] | null {
  if (count === 0) return [];
  if (strideBytes !== expected || count > limit) return null;
  const table = source.read(offset, count * expected);
  return table && Array.from({ length: count }, (_, i) => table.subarray(i * expected, (i + 1) * expected));
}

function decodeSegment(row: Buffer): Segment {
  const flags = row.readUInt32LE(4);
  return {
    type: row.readUInt32LE(0),
    executable: (flags & PF_X) !== 0,
    writable: (flags & PF_W) !== 0,
    fileOffset: word(row, 8),
    address: word(row, 16),
    fileBytes: word(row, 32),
  };
}

function decodeSection(row: Buffer, names: Buffer): Section {
  const start = row.readUInt32LE(0);
  const end = names.subarray(0, start + MAX_SECTION_NAME_BYTES).indexOf(0, start);
  return {
    name: end < 0 ? '' : names.toString('latin1', start, end),
    type: row.readUInt32LE(4),
    isCompressed: (row.readUInt32LE(8) & SHF_COMPRESSED) !== 0,
    address: word(row, 16),
    fileOffset: word(row, 24),
    sizeBytes: word(row, 32),
    link: row.readUInt32LE(40),
    entryBytes: word(row, 56),
  };
}
