// Raw symbols → functions sorted by address, one per address, for the question "which function covers this address?".
// Of aliases the one a person would write is kept (`malloc`, not `__libc_malloc`; never a local clone before the global name).
// Leaves out the procedure linkage table: it has no symbols, and no neighbour may claim it.

import { lastNotAbove } from '../last-not-above.ts';
import type { Section } from './elf-file.ts';
import { MAX_NESTED_FUNCTIONS } from './limits.ts';
import type { RawSymbols } from './raw-symbols.ts';

/** A function of a library, by its mangled name. */
export interface FunctionSymbol {
  readonly mangledName: string;
  readonly start: number;
  readonly sizeBytes: number;
}

/** Functions in columns, by address: all that an index is made of, and what is written to the cache. */
export interface FunctionColumns {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** Place of the symbol among all tables' symbols, one table after the other. */
  readonly symbols: Uint32Array;
}

export interface FunctionIndex {
  readonly count: number;
  /** Place of the function that covers an address; -1: none. */
  find(address: number): number;
  /** Where the function at a place begins; -1: there is none. */
  startOf(place: number): number;
  /** The function at a place that {@link find} gave. */
  at(place: number): FunctionSymbol;
  readonly sizeBytes: number;
}

/** One candidate: which table, which symbol of it. */
interface Entries {
  readonly starts: Float64Array;
  readonly tables: Uint8Array;
  readonly symbols: Uint32Array;
}

/**
 * Characters of names that aliases of one address are compared by: libjvm's come to some 100,000. Names may overlap in a hostile file's
 * string table, so that millions of long ones cost it nothing; beyond this the first of an address stays.
 */
const MAX_ALIAS_CHARACTERS = 1 << 26;

/** Where a function that begins at an address has ended at the latest, by what else is known of the library; Infinity: not known. */
export type LatestEnd = (start: number) => number;

/** Sorts and thins the functions of all tables. `latestEnd` is asked for those that claim no size: a wrong name is worse than none. */
export function sortFunctions(
  tables: readonly RawSymbols[],
  sections: readonly Section[],
  latestEnd: LatestEnd = () => Infinity,
): FunctionColumns {
  const { starts, tables: tableOf, symbols } = collect(tables);
  const order = sortedByStart(starts);
  const kept = new Uint32Array(order.length);
  const budget = { characters: MAX_ALIAS_CHARACTERS };
  let count = 0;
  const symbolOf = (entry: number): { readonly table: RawSymbols | undefined; readonly index: number } => {
    return { table: tables[tableOf[entry] ?? 0], index: symbols[entry] ?? 0 };
  };
  for (const entry of order) {
    const last = kept[count - 1];
    if (last === undefined || starts[last] !== starts[entry]) kept[count++] = entry;
    else if (budget.characters > 0 && isBetterAlias(symbolOf(entry), symbolOf(last), budget)) kept[count - 1] = entry;
  }
  const keptStarts = new Float64Array(count);
  const keptSymbols = new Uint32Array(count);
  const firstOfTable = firstSymbols(tables);
  const keptEnds = new Float64Array(count);
  for (let place = count - 1; place >= 0; place--) {
    const entry = kept[place] ?? 0;
    const { table, index } = symbolOf(entry);
    const start = starts[entry] ?? 0;
    const size = table?.sizeOf(index) ?? 0;
    keptStarts[place] = start;
    keptSymbols[place] = (firstOfTable[tableOf[entry] ?? 0] ?? 0) + index;
    // A function without a size (assembly) reaches to the next one, but not out of its section: the PLT often follows .init.
    const section = sections[table?.section(index) ?? 0];
    const sectionEnd = section === undefined ? start : section.address + section.sizeBytes;
    keptEnds[place] = size > 0 ? start + size : Math.min(keptStarts[place + 1] ?? sectionEnd, sectionEnd, latestEnd(start));
  }
  return { starts: keptStarts, ends: keptEnds, symbols: keptSymbols };
}

/** The index over functions sorted before. Columns may come from a cache: what they say of `tables` is checked when it is used. */
export function createFunctionIndex(columns: FunctionColumns, tables: readonly RawSymbols[]): FunctionIndex {
  const { starts, ends, symbols } = columns;
  const firstOfTable = firstSymbols(tables);
  return {
    count: starts.length,
    sizeBytes: starts.byteLength + ends.byteLength + symbols.byteLength,
    find(address) {
      const place = lastNotAbove(starts, address);
      for (let at = place; at >= 0 && at > place - MAX_NESTED_FUNCTIONS; at--) if (address < (ends[at] ?? 0)) return at;
      return -1;
    },
    startOf: (place) => starts[place] ?? -1,
    at(place) {
      const symbol = symbols[place] ?? 0;
      const table = firstOfTable.findLastIndex((first) => first <= symbol);
      const start = starts[place] ?? 0;
      const mangledName = tables[table]?.name(symbol - (firstOfTable[table] ?? 0)) ?? '';
      return { mangledName, start, sizeBytes: (ends[place] ?? 0) - start };
    },
  };
}

/** The functions of all tables, for one look-up and no cache. */
export function indexFunctions(
  tables: readonly RawSymbols[],
  sections: readonly Section[],
  latestEnd?: LatestEnd,
): FunctionIndex {
  return createFunctionIndex(sortFunctions(tables, sections, latestEnd), tables);
}

/** The place that each table's symbols begin at, when all are put one after the other. */
function firstSymbols(tables: readonly RawSymbols[]): readonly number[] {
  let total = 0;
  return tables.map(({ count }) => (total += count) - count);
}

function collect(tables: readonly RawSymbols[]): Entries {
  const total = tables.reduce((sum, table) => sum + table.count, 0);
  const starts = new Float64Array(total);
  const tableOf = new Uint8Array(total);
  const symbols = new Uint32Array(total);
  let count = 0;
  tables.forEach((table, which) => {
    for (let index = 1; index < table.count; index++) {
      if (!table.isFunction(index) || table.value(index) === 0) continue;
      starts[count] = table.value(index);
      tableOf[count] = which;
      symbols[count++] = index;
    }
  });
  return { starts: starts.slice(0, count), tables: tableOf.slice(0, count), symbols: symbols.slice(0, count) };
}

/** Addresses and places in one number where they fit, which is sorted without a call for each comparison: 4 ms instead of 40. */
const PACKED_PLACES = 2 ** 21;

function sortedByStart(starts: Float64Array): Uint32Array {
  const fits = starts.length < PACKED_PLACES && starts.every((start) => start < 2 ** 32 && Number.isInteger(start));
  if (!fits) return Uint32Array.from(starts.keys()).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0));
  const packed = starts.map((start, place) => start * PACKED_PLACES + place).sort();
  return Uint32Array.from(packed, (both) => both % PACKED_PLACES);
}

interface Alias {
  readonly table: RawSymbols | undefined;
  readonly index: number;
}

/** A symbol with a size before one without, global before local, whole functions before clones, then the shorter name. */
function isBetterAlias(a: Alias, b: Alias, budget: { characters: number }): boolean {
  if (a.table === undefined || b.table === undefined) return false;
  const hasSize = Number(a.table.sizeOf(a.index) > 0) - Number(b.table.sizeOf(b.index) > 0);
  if (hasSize !== 0) return hasSize > 0;
  const isGlobal = Number(b.table.isLocal(b.index)) - Number(a.table.isLocal(a.index));
  if (isGlobal !== 0) return isGlobal > 0;
  const [nameA, nameB] = [a.table.name(a.index), b.table.name(b.index)];
  budget.characters -= nameA.length + nameB.length;
  const isWhole = Number(nameB.includes('.')) - Number(nameA.includes('.'));
  if (isWhole !== 0) return isWhole > 0;
  return nameA.length === nameB.length ? nameA < nameB : nameA.length < nameB.length;
}
