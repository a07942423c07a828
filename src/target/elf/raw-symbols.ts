// .symtab and .dynsym → raw symbols in compact form: the sections' bytes as they are, looked at by index, names decoded only when
// asked for (libjvm: 58,000 symbols, 4 MB; as objects they would be 20). Source: Elf64_Sym, the gABI's chapter 4.

import type { ByteSource } from './byte-source.ts';
import { SHT_DYNSYM, SHT_SYMTAB, type ElfFile } from './elf-file.ts';
import { MAX_STRING_TABLE_BYTES, MAX_SYMBOL_NAME_BYTES, MAX_SYMBOL_TABLE_BYTES } from './limits.ts';

const SYMBOL_BYTES = 24;
const SYMBOL_WORDS = SYMBOL_BYTES / 4;
const TWO_TO_32 = 0x1_0000_0000;
const STT_FUNC = 2;
const STT_TLS = 6;
const STT_GNU_IFUNC = 10;
const STB_LOCAL = 0;
/** Section indexes from here on have a meaning of their own (SHN_ABS, SHN_COMMON). */
const SHN_LORESERVE = 0xff00;
const SHN_ABS = 0xfff1;
/** Looks for one name: it stands in a string table once, mostly, and its place in one symbol and perhaps in another's value. */
const MAX_NAME_LOOKS = 16;
const AT = 0x40;
const DOT = 0x2e;

/** Symbols side by side; `symbols`: which ones. */
export interface SymbolColumns {
  readonly starts: Float64Array;
  readonly sizes: Float64Array;
  readonly symbols: Uint32Array;
}

/** One symbol table of a file. Indexes run from 0 to `count`; values and sizes are as the file claims. */
export class RawSymbols {
  readonly count: number;
  readonly #words: Uint32Array;
  readonly #strings: Buffer;

  constructor(symbols: Buffer, strings: Buffer) {
    this.count = Math.floor(symbols.length / SYMBOL_BYTES);
    this.#words = new Uint32Array(symbols.buffer, symbols.byteOffset, this.count * SYMBOL_WORDS);
    this.#strings = strings;
  }

  /** What the table was made of. */
  get bytes(): readonly Uint8Array[] {
    return [new Uint8Array(this.#words.buffer, this.#words.byteOffset, this.#words.byteLength), this.#strings];
  }
  get sizeBytes(): number {
    return this.#words.byteLength + this.#strings.length;
  }
  value(index: number): number {
    return this.#word(index, 2) + this.#word(index, 3) * TWO_TO_32;
  }
  sizeOf(index: number): number {
    return this.#word(index, 4) + this.#word(index, 5) * TWO_TO_32;
  }
  section(index: number): number {
    return this.#word(index, 1) >>> 16;
  }
  isThreadLocal(index: number): boolean {
    return (this.#word(index, 1) & 0xf) === STT_TLS;
  }
  isLocal(index: number): boolean {
    return ((this.#word(index, 1) >>> 4) & 0xf) === STB_LOCAL;
  }
  isDefined(index: number): boolean {
    const section = this.section(index);
    return section > 0 && (section < SHN_LORESERVE || section === SHN_ABS);
  }

  /** The name without its version (`@@GLIBC_2.2.5`), cut at a bound; '' when it has none. */
  name(index: number): string {
    const start = this.#word(index, 0);
    const limit = Math.min(start + MAX_SYMBOL_NAME_BYTES, this.#strings.length);
    let end = start;
    while (end < limit && this.#strings[end] !== 0) end++;
    const text = this.#strings.toString('utf8', start, end);
    const version = text.indexOf('@', 1);
    return version < 0 ? text : text.slice(0, version);
  }

  /**
   * Adds the functions that have an address to columns, from `count` on; `first` is added to their indexes. Returns how many there are then.
   * The one loop over all symbols that every new library costs.
   */
  addFunctions({ starts, sizes, symbols }: SymbolColumns, count: number, first: number): number {
    const words = this.#words;
    let next = count;
    for (let index = 1, at = SYMBOL_WORDS; index < this.count; index++, at += SYMBOL_WORDS) {
      const info = words[at + 1] ?? 0;
      const type = info & 0xf;
      const section = info >>> 16;
      if ((type !== STT_FUNC && type !== STT_GNU_IFUNC) || section === 0 || section >= SHN_LORESERVE) continue;
      const start = (words[at + 2] ?? 0) + (words[at + 3] ?? 0) * TWO_TO_32;
      if (start === 0) continue;
      starts[next] = start;
      sizes[next] = (words[at + 4] ?? 0) + (words[at + 5] ?? 0) * TWO_TO_32;
      symbols[next++] = first + index;
    }
    return next;
  }

  /** Of the name's bytes, cut as {@link name} does: twice their number, and 1 more when a '.' is among them. */
  nameShape(index: number): number {
    const strings = this.#strings;
    const start = this.#word(index, 0);
    const limit = Math.min(start + MAX_SYMBOL_NAME_BYTES, strings.length);
    let dot = 0;
    let end = start;
    for (; end < limit; end++) {
      const byte = strings[end];
      if (byte === 0 || (byte === AT && end > start)) break;
      if (byte === DOT) dot = 1;
    }
    return Math.max(0, end - start) * 2 + dot;
  }

  /** Whether the first `length` bytes of a name come before those of another. */
  isBefore(index: number, other: RawSymbols, otherIndex: number, length: number): boolean {
    const mine = this.#strings;
    const theirs = other.#strings;
    const start = this.#word(index, 0);
    const otherStart = other.#word(otherIndex, 0);
    for (let i = 0; i < length; i++) {
      const difference = (mine[start + i] ?? 0) - (theirs[otherStart + i] ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  /** Index of the defined symbol of that name; -1 when there is none. */
  indexOfName(name: string): number {
    const wanted = Buffer.from(name);
    if (wanted.length === 0 || wanted.length > MAX_SYMBOL_NAME_BYTES) return -1;
    // By the built-in searches: a loop over all symbols takes ten times as long before it is warm.
    let best = -1;
    let looks = 0;
    for (let start = this.#strings.indexOf(wanted); start >= 0; start = this.#strings.indexOf(wanted, start + 1)) {
      if (++looks > MAX_NAME_LOOKS) return this.#searchName(wanted);
      if (!this.#endsAt(start + wanted.length)) continue;
      // Symbols whose name begins there, and other words of the same value.
      for (let at = this.#words.indexOf(start, SYMBOL_WORDS); at >= 0; at = this.#words.indexOf(start, at + 1)) {
        if (++looks > MAX_NAME_LOOKS) return this.#searchName(wanted);
        const index = at / SYMBOL_WORDS;
        if (!Number.isInteger(index) || !this.isDefined(index)) continue;
        if (best < 0 || index < best) best = index;
        break;
      }
    }
    return best;
  }

  /** For a file in which the name, or its place, stands over and over: then one look at each symbol is less. */
  #searchName(wanted: Buffer): number {
    for (let index = 1; index < this.count; index++) {
      const start = this.#word(index, 0);
      if (this.#strings[start] !== wanted[0] || !this.isDefined(index)) continue;
      const end = start + wanted.length;
      if (this.#endsAt(end) && this.#strings.subarray(start, end).equals(wanted)) return index;
    }
    return -1;
  }

  #endsAt(end: number): boolean {
    return this.#strings[end] === 0 || this.#strings[end] === AT;
  }

  #word(index: number, word: number): number {
    return this.#words[index * SYMBOL_WORDS + word] ?? 0;
  }
}

/** The tables a file has, .dynsym first: it is short, and what is looked up by name is mostly in it. Too large ones are left out. */
export function readRawSymbols(source: ByteSource, file: ElfFile): readonly RawSymbols[] {
  const tables: RawSymbols[] = [];
  for (const type of [SHT_DYNSYM, SHT_SYMTAB]) {
    const section = file.sections.find((candidate) => candidate.type === type);
    const strings = section && file.sections[section.link];
    if (!strings || section.sizeBytes > MAX_SYMBOL_TABLE_BYTES || strings.sizeBytes > MAX_STRING_TABLE_BYTES) continue;
    const symbolBytes = source.read(section.fileOffset, section.sizeBytes);
    const stringBytes = source.read(strings.fileOffset, strings.sizeBytes);
    if (symbolBytes !== null && stringBytes !== null) tables.push(new RawSymbols(symbolBytes, stringBytes));
  }
  return tables;
}
