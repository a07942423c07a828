// Bytecode index → source line: CompressedLineNumberReadStream and Method::line_number_from_bci (hotspot/share/oops/method.cpp).

import { Unsigned5Reader } from './unsigned5.ts';

const END = 0;
const ESCAPE = 0xff;
/** A class file's line_number is a u2; what a damaged table says beyond that is no line. */
const MAX_LINE = 0xffff;

/** A method's compressed line table; entries are not sorted by bci. */
export class LineTable {
  static readonly none = new LineTable(new Uint8Array(0), 0);
  readonly #bytes: Uint8Array;
  readonly #excludedLow: 0 | 1;

  /** `excludedLow`: as Unsigned5Reader's. */
  constructor(bytes: Uint8Array, excludedLow: 0 | 1) {
    this.#bytes = bytes;
    this.#excludedLow = excludedLow;
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  /** Whether the table's end lies inside the pieces read so far. */
  static hasEnd(pieces: readonly Uint8Array[], excludedLow: 0 | 1): boolean {
    return new LineTable(Buffer.concat(pieces), excludedLow).#walk(() => undefined);
  }

  /**
   * HotSpot's choice: the first entry of exactly this bci, else the last of those with the greatest bci below it; 0 when there is
   * none. bci -1 (method entry) counts as 0.
   */
  lineAt(bci: number): number {
    const target = Math.max(0, bci);
    let exactLine = 0;
    let [bestBci, bestLine] = [0, 0];
    this.#walk((entryBci, line) => {
      if (entryBci === target && exactLine === 0) exactLine = line;
      if (entryBci < target && entryBci >= bestBci) [bestBci, bestLine] = [entryBci, line];
    });
    const line = exactLine === 0 ? bestLine : exactLine;
    return line > 0 && line <= MAX_LINE ? line : 0;
  }

  #walk(visit: (bci: number, line: number) => void): boolean {
    const reader = new Unsigned5Reader(this.#bytes, 0, this.#excludedLow);
    let [bci, line] = [0, 0];
    while (!reader.atEnd) {
      const next = reader.byte();
      if (next === END) return true;
      if (next === ESCAPE) {
        bci += reader.signed();
        line += reader.signed();
      } else {
        bci += next >> 3;
        line += next & 7;
      }
      visit(bci, line);
    }
    return false;
  }
}
