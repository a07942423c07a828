// Raw symbols → functions sorted by address, one per address, for the question "which function covers this address?".
// Of aliases the one a person would write is kept (aliases.ts).
// Leaves out the procedure linkage table: it has no symbols, and no neighbour may claim it.

import { lastNotAbove } from '../last-not-above.ts';
import { Aliases, firstSymbols, tableOf } from './aliases.ts';
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

/** Where a function that begins at an address has ended at the latest, by what else is known of the library; Infinity: not known. */
export type LatestEnd = (start: number) => number;

/**
 * Sorts and thins the functions of all tables. `latestEnd` is asked for those that claim no size: a wrong name is worse than none. Loops
 * are plain, each over all symbols once: most of it runs before the code is warm.
 */
export function sortFunctions(
  tables: readonly RawSymbols[],
  sections: readonly Section[],
  latestEnd: LatestEnd = () => Infinity,
): FunctionColumns {
  const firstOfTable = firstSymbols(tables);
  const aliases = new Aliases(tables, firstOfTable);
  const total = tables.reduce((sum, table) => sum + table.count, 0);
  const all = { starts: new Float64Array(total), sizes: new Float64Array(total), symbols: new Uint32Array(total) };
  let found = 0;
  tables.forEach((table, which) => {
    found = table.addFunctions(all, found, firstOfTable[which] ?? 0);
  });
  const { order, scale } = orderByStart(all.starts.subarray(0, found));
  const starts = new Float64Array(found);
  const ends = new Float64Array(found);
  const symbols = new Uint32Array(found);
  let count = 0;
  let last = -1;
  for (let i = 0; i < found; i++) {
    const packed = order[i] ?? 0;
    const place = packed - Math.floor(packed / scale) * scale;
    const start = all.starts[place] ?? 0;
    const size = all.sizes[place] ?? 0;
    const symbol = all.symbols[place] ?? 0;
    if (start === last) {
      const lastSize = (ends[count - 1] ?? 0) - start;
      if (size > 0 !== lastSize > 0 ? size === 0 : !aliases.isBetter(symbol, symbols[count - 1] ?? 0)) continue;
      count--;
    }
    starts[count] = last = start;
    ends[count] = start + size;
    symbols[count++] = symbol;
  }
  // A function without a size (assembly) reaches to the next one, but not out of its section: the PLT often follows .init.
  for (let place = 0; place < count; place++) {
    const start = starts[place] ?? 0;
    if (ends[place] !== start) continue;
    const which = tableOf(symbols[place] ?? 0, firstOfTable);
    const section = sections[tables[which]?.section((symbols[place] ?? 0) - (firstOfTable[which] ?? 0)) ?? 0];
    const sectionEnd = section === undefined ? start : section.address + section.sizeBytes;
    ends[place] = Math.min(place + 1 < count ? (starts[place + 1] ?? 0) : sectionEnd, sectionEnd, latestEnd(start));
  }
  return { starts: starts.slice(0, count), ends: ends.slice(0, count), symbols: symbols.slice(0, count) };
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
      const table = tableOf(symbol, firstOfTable);
      const start = starts[place] ?? 0;
      const mangledName = tables[table]?.name(symbol - (firstOfTable[table] ?? 0)) ?? '';
      return { mangledName, start, sizeBytes: (ends[place] ?? 0) - start };
    },
  };
}

/** Places in the low bits of a number, addresses above, where both fit: sorted without a call for each comparison, 4 ms instead of 40. */
const PACKED_PLACES = 2 ** 21;
const PACKED_ADDRESSES = 2 ** 32;

/** Places by address, of equal ones the first first; the place is what is left of a number by `scale`. */
function orderByStart(starts: Float64Array): { readonly order: Float64Array; readonly scale: number } {
  const order = new Float64Array(starts.length);
  let fits = starts.length < PACKED_PLACES;
  for (let i = 0; i < starts.length && fits; i++) {
    const start = starts[i] ?? 0;
    fits = start < PACKED_ADDRESSES;
    order[i] = start * PACKED_PLACES + i;
  }
  if (fits) return { order: order.sort(), scale: PACKED_PLACES };
  order.set(Uint32Array.from(starts.keys()).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0)));
  return { order, scale: Number.MAX_SAFE_INTEGER };
}
