// The text of a perf map → the function at an address. One line each, `START SIZE NAME`, numbers in hexadecimal: what Node
// (--perf-basic-prof), .NET (DOTNET_PerfMapEnabled) and other runtimes write of the code they generate. Lines are only ever added, and a
// later one stands for what was made where an earlier one was. The text is kept as it is; names are decoded when asked for.
// Source: tools/perf/Documentation/jit-interface.txt of the kernel. All of it is the target's (hostile).

import { lastNotAbove } from '../last-not-above.ts';

/** Node writes some 10,000 lines in its first seconds, 100 bytes each; a map of this size is that of weeks. Later text is not read. */
export const MAX_PERF_MAP_BYTES = 64 * 1024 * 1024;
/** Lines that are kept: as many as are in a map of that size, if their names are of any use. */
const MAX_LINES = 1_000_000;
/** V8 puts the script's path behind a name. */
const MAX_NAME_BYTES = 1024;
/** Of one function. No compiler makes larger ones; a line that claims more would have every address. */
const MAX_FUNCTION_BYTES = 64 * 1024 * 1024;
/** Code made where other code was: newer lines that begin a little lower than the one that is nearest. */
const MAX_STEPS_BACK = 16;
const NEWLINE = 0x0a;
const LINE = /^(?:0x)?([0-9a-f]{1,16}) (?:0x)?([0-9a-f]{1,16}) $/i;
/**
 * Memory of a line besides its text: three numbers in lists that grow by half, and its place by address. 38 to 43 bytes measured, of maps of
 * 100,000 to 1,000,000 lines, and some more while they are sorted.
 */
const LINE_COST_BYTES = 48;
/** Two numbers of 18 characters, and their blanks. */
const MAX_HEAD_BYTES = 40;

export interface GeneratedFunction {
  readonly name: string;
  readonly start: number;
  readonly sizeBytes: number;
}

/** A map that grows. */
export class PerfMap {
  #text = Buffer.alloc(0);
  #length = 0;
  /** Up to here lines are taken. */
  #parsed = 0;
  readonly #starts: number[] = [];
  readonly #sizes: number[] = [];
  /** Where each name begins in the text. */
  readonly #names: number[] = [];
  #sorted = { starts: new Float64Array(0), lines: new Uint32Array(0) };
  #isSorted = true;

  /** Bytes taken so far: where the next piece of the file begins. */
  get length(): number {
    return this.#length;
  }

  get lines(): number {
    return this.#starts.length;
  }

  /** Memory it takes, more or less: short lines cost more than their text. */
  get costBytes(): number {
    return this.#text.length + LINE_COST_BYTES * this.#starts.length;
  }

  /** The next piece of the file; a line that is not whole waits for the piece after it. */
  add(piece: Uint8Array): void {
    const room = Math.min(piece.length, MAX_PERF_MAP_BYTES - this.#length);
    if (room <= 0) return;
    if (this.#length + room > this.#text.length) {
      const grown = Buffer.allocUnsafe(Math.min(MAX_PERF_MAP_BYTES, Math.max(2 * this.#text.length, this.#length + room)));
      this.#text.copy(grown, 0, 0, this.#length);
      this.#text = grown;
    }
    this.#text.set(piece.subarray(0, room), this.#length);
    this.#length += room;
    this.#takeLines();
  }

  /** The function that covers an address: of several the one made last. */
  find(address: number): GeneratedFunction | null {
    this.#sort();
    const { starts, lines } = this.#sorted;
    const nearest = lastNotAbove(starts, address);
    let found = -1;
    for (let place = nearest; place >= 0 && place > nearest - MAX_STEPS_BACK; place -= 1) {
      const line = lines[place] ?? 0;
      if (address < (starts[place] ?? 0) + (this.#sizes[line] ?? 0) && line > found) found = line;
    }
    return found < 0 ? null : { name: this.#name(found), start: this.#starts[found] ?? 0, sizeBytes: this.#sizes[found] ?? 0 };
  }

  #takeLines(): void {
    while (this.#starts.length < MAX_LINES) {
      const newline = this.#text.indexOf(NEWLINE, this.#parsed);
      if (newline < 0 || newline >= this.#length) return;
      this.#takeLine(this.#parsed, newline);
      this.#parsed = newline + 1;
    }
  }

  #takeLine(from: number, newline: number): void {
    const head = this.#text.toString('latin1', from, Math.min(newline, from + MAX_HEAD_BYTES));
    const blank = head.indexOf(' ', head.indexOf(' ') + 1);
    const match = LINE.exec(head.slice(0, blank + 1));
    if (match === null) return;
    const start = Number.parseInt(match[1] ?? '', 16);
    const size = Number.parseInt(match[2] ?? '', 16);
    if (!Number.isSafeInteger(start) || !(size > 0 && size <= MAX_FUNCTION_BYTES) || from + blank + 1 >= newline) return;
    this.#starts.push(start);
    this.#sizes.push(size);
    this.#names.push(from + blank + 1);
    this.#isSorted = false;
  }

  #name(line: number): string {
    const start = this.#names[line] ?? 0;
    const limit = Math.min(start + MAX_NAME_BYTES, this.#length);
    const newline = this.#text.subarray(start, limit).indexOf(NEWLINE);
    return this.#text.toString('utf8', start, newline < 0 ? limit : start + newline).trimEnd();
  }

  /** By address; of lines of one address the last alone. */
  #sort(): void {
    if (this.#isSorted) return;
    const order = Uint32Array.from(this.#starts.keys());
    const starts = this.#starts;
    order.sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || a - b);
    const lines = order.filter((line, place) => starts[order[place + 1] ?? -1] !== starts[line]);
    this.#sorted = { starts: Float64Array.from(lines, (line) => starts[line] ?? 0), lines };
    this.#isSorted = true;
  }
}
