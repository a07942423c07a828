// Symbols of several tables as one row of places, and which of two at one address is the name that a person would write: `malloc`, not
// `__libc_malloc`; never a local clone before the global name. Names are compared as bytes: no text is made of them.

import type { RawSymbols } from './raw-symbols.ts';

/**
 * Bytes of names that aliases of one address are compared by: libjvm's come to a million. Names may overlap in a hostile file's
 * string table, so that millions of long ones cost it nothing; beyond this the first of an address stays.
 */
const MAX_ALIAS_BYTES = 1 << 26;

/** The place that each table's symbols begin at, when all are put one after the other. */
export function firstSymbols(tables: readonly RawSymbols[]): readonly number[] {
  let total = 0;
  return tables.map(({ count }) => (total += count) - count);
}

/** The table that a place among all symbols is in. */
export function tableOf(symbol: number, firstOfTable: readonly number[]): number {
  for (let table = firstOfTable.length - 1; table > 0; table--) if ((firstOfTable[table] ?? 0) <= symbol) return table;
  return 0;
}

/** Which of two symbols of one address is the better name. */
export class Aliases {
  readonly #tables: readonly RawSymbols[];
  readonly #firstOfTable: readonly number[];
  #bytesLeft = MAX_ALIAS_BYTES;

  constructor(tables: readonly RawSymbols[], firstOfTable: readonly number[]) {
    this.#tables = tables;
    this.#firstOfTable = firstOfTable;
  }

  /** Of two with a size, or two without: global before local, whole functions before clones, then the shorter name. */
  isBetter(symbol: number, than: number): boolean {
    // Plain assignments: until code is warm, taking lists apart costs more than what is done here.
    const whichA = tableOf(symbol, this.#firstOfTable);
    const whichB = tableOf(than, this.#firstOfTable);
    const a = this.#tables[whichA];
    const b = this.#tables[whichB];
    if (a === undefined || b === undefined || this.#bytesLeft <= 0) return false;
    const indexA = symbol - (this.#firstOfTable[whichA] ?? 0);
    const indexB = than - (this.#firstOfTable[whichB] ?? 0);
    const isGlobal = Number(b.isLocal(indexB)) - Number(a.isLocal(indexA));
    if (isGlobal !== 0) return isGlobal > 0;
    const shapeA = a.nameShape(indexA);
    const shapeB = b.nameShape(indexB);
    const lengthA = shapeA >>> 1;
    const lengthB = shapeB >>> 1;
    this.#bytesLeft -= lengthA + lengthB;
    const isWhole = (shapeB & 1) - (shapeA & 1);
    if (isWhole !== 0) return isWhole > 0;
    return lengthA === lengthB ? a.isBefore(indexA, b, indexB, lengthA) : lengthA < lengthB;
  }
}
