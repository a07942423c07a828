// An ELF image → everything that is the same for every process that maps it: one load, then only look-ups. Holds no descriptor:
// an open file would keep the target's file system from being unmounted. Files without section headers give no symbols.

import type { UnwindRule } from '../../model/unwind-rule.ts';
import { findFrameSections } from '../cfi/find-frame-sections.ts';
import { createUnwindTable } from '../cfi/unwind-table.ts';
import { demangleShort } from '../demangle/demangle.ts';
import type { ByteSource } from './byte-source.ts';
import { readBuildId } from './build-id.ts';
import { readElfFile, type Segment } from './elf-file.ts';
import { createFunctionIndex, type FunctionIndex, type FunctionSymbol } from './function-index.ts';
import { type IndexCache, loadLibraryIndex } from './library-index.ts';
import { linkerStubs } from './linker-stubs.ts';
import { readRawSymbols } from './raw-symbols.ts';
import { type DebugFileFinder, readSeparateFunctions } from './separate-symbols.ts';
import { findTlsSlots } from './tls-slots.ts';

/** Names kept demangled per library: a profile of hours meets some thousands functions of libjvm. */
const MAX_DEMANGLED_NAMES = 16_384;
/** Names looked up and kept, found or not: the VM's tables need about 40. */
const MAX_NAMED_VALUES = 1024;

/** A covering function, with the name as frames show it; '': only where it lies is known. */
export interface LibraryFunction {
  readonly name: string;
  readonly start: number;
  readonly sizeBytes: number;
}

/** What is known per library build. */
export interface LibraryBuild {
  readonly buildId: string;
  readonly segments: readonly Segment[];
  /** Slot of the TLS module id; null: none. */
  readonly tlsModuleSlot: number | null;
  /** Slot of the TLS descriptor of the thread-local at `offset` in the library's block; null: none. */
  tlsDescriptorSlot(offset: number): number | null;
  readonly functionCount: number;
  /** About what it keeps in memory. */
  readonly sizeBytes: number;
  functionAt(address: number): LibraryFunction | null;
  /** Value of a defined symbol by its mangled name; of a thread-local the offset in the TLS block. */
  valueOf(name: string): number | null;
  /** How to find the caller at an address; null: call frame information does not say. */
  unwindRuleAt(address: number): UnwindRule | null;
}

export interface LibraryBuildOptions {
  /** What was worked out of libraries before; null: nothing is kept. */
  readonly cache?: IndexCache | null;
  /** Looks for the debug file of one without symbols; null: none is looked for. */
  readonly find?: DebugFileFinder | null;
}

/** null: not an ELF image of an architecture that is read. */
export function readLibraryBuild(
  source: ByteSource,
  { cache = null, find = null }: LibraryBuildOptions = {},
): LibraryBuild | null {
  const file = readElfFile(source);
  if (file === null) return null;
  const tables = readRawSymbols(source, file);
  const tls = findTlsSlots(source, file, tables[0]);
  const buildId = readBuildId(source, file);
  const { index, key } = loadLibraryIndex({ buildId, file, tables, frameSections: findFrameSections(source, file) }, cache);
  const functions = createFunctionIndex(index.functions, tables);
  const frames = createUnwindTable(index.frames);
  const separate = readSeparateFunctions(source, file, { buildId, frames: index.frames, key }, { find, cache });
  const stubAt = linkerStubs(file);
  const found = new Map<number, LibraryFunction>();
  const values = new Map<string, number | null>();
  const lookUp = (name: string): number | null => {
    for (const table of tables) {
      const index = table.indexOfName(name);
      if (index >= 0) return table.value(index);
    }
    return null;
  };
  const named = (address: number): LibraryFunction | null => {
    const symbol = nearest(address, functions, separate);
    if (symbol === null) return null;
    // Of each address there is one function.
    return memoize(found, symbol.start, MAX_DEMANGLED_NAMES, () => {
      const { mangledName, start, sizeBytes } = symbol.read();
      return { name: demangleShort(mangledName), start, sizeBytes };
    });
  };
  // Where no symbol reaches: what begins there, by the name of a symbol that begins there, too, and claims less.
  const unnamed = (address: number): LibraryFunction | null => {
    const extent = stubAt(address) ?? frames.functionAt(address);
    if (extent === null) return null;
    const { start, end } = extent;
    const symbol = named(start);
    return { name: symbol?.start === start ? symbol.name : '', start, sizeBytes: end - start };
  };
  return {
    buildId,
    segments: file.segments,
    tlsModuleSlot: tls.module,
    tlsDescriptorSlot: (offset) => tls.descriptors.get(offset) ?? null,
    functionCount: functions.count + (separate?.count ?? 0),
    sizeBytes:
      functions.sizeBytes +
      (separate?.sizeBytes ?? 0) +
      frames.sizeBytes +
      tables.reduce((sum, table) => sum + table.sizeBytes, 0),
    functionAt: (address) => named(address) ?? unnamed(address),
    valueOf: (name) => memoize(values, name, MAX_NAMED_VALUES, () => lookUp(name)),
    unwindRuleAt: (address) => frames.ruleAt(address),
  };
}

/** Where both know one, that which begins nearer; the library's own where they are the same. */
function nearest(
  address: number,
  own: FunctionIndex,
  separate: FunctionIndex | null,
): { readonly start: number; readonly read: () => FunctionSymbol } | null {
  const [ownPlace, place] = [own.find(address), separate?.find(address) ?? -1];
  const [ownStart, start] = [own.startOf(ownPlace), separate?.startOf(place) ?? -1];
  if (ownPlace < 0 && place < 0) return null;
  return separate !== null && start > ownStart
    ? { start, read: () => separate.at(place) }
    : { start: ownStart, read: () => own.at(ownPlace) };
}

function memoize<Key, Value>(memo: Map<Key, Value>, key: Key, limit: number, compute: () => Value): Value {
  const known = memo.get(key);
  if (known !== undefined) return known;
  if (memo.size >= limit) memo.clear(); // rare, and cheaper than to keep an order
  const value = compute();
  memo.set(key, value);
  return value;
}
