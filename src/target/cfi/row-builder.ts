// Rows of functions in the order a section has them → one table sorted by address, without overlaps, equal neighbours joined.
// Where two functions claim an address, the one that begins first has it. Also where each function begins and ends: stripped libraries
// say so nowhere else.

import { CfiError } from './byte-cursor.ts';
import { MAX_FDES, MAX_ROWS } from './limits.ts';
import { NO_RULE } from './rule-state.ts';

/** Offsets are counted from the image's base and have 32 bits. */
const MAX_IMAGE_BYTES = 0x1_0000_0000;
const FDE_SCALE = MAX_FDES + 1;
/** What libraries have, a little less: libjvm 6.2 and 33, libc 5.4 and 41. */
const BYTES_PER_ROW = 5;
const BYTES_PER_FDE = 28;

/** Which rule holds from which offset on, up to the next row's. */
export interface Rows {
  readonly starts: Uint32Array;
  readonly rules: Uint16Array;
}

/** Functions (or parts of them: what compilers moved out as unlikely has an entry of its own) by offset, none over another. */
export interface Extents {
  readonly functionStarts: Uint32Array;
  readonly functionEnds: Uint32Array;
}

export class RowBuilder {
  readonly #base: number;
  #starts: Uint32Array;
  #rules: Uint16Array;
  #count = 0;
  #fdeStarts: Uint32Array;
  #fdeEnds: Uint32Array;
  /** Index of each function's first row; the next one's is its end. */
  #fdeRows: Uint32Array;
  #fdes = 0;
  /** Index of the last function's first row. */
  #first = 0;

  /** `sectionBytes`: of how much this will be made, so that columns need not grow. */
  constructor(base: number, sectionBytes: number) {
    this.#base = base;
    const rows = Math.ceil(sectionBytes / BYTES_PER_ROW) + 1;
    const fdes = Math.ceil(sectionBytes / BYTES_PER_FDE) + 2;
    this.#starts = new Uint32Array(rows);
    this.#rules = new Uint16Array(rows);
    this.#fdeStarts = new Uint32Array(fdes);
    this.#fdeEnds = new Uint32Array(fdes);
    this.#fdeRows = new Uint32Array(fdes);
  }

  get functions(): number {
    return this.#fdes;
  }

  /** Begins a function. Throws CfiError when it lies outside of the image, or there are too many. */
  begin(start: number, end: number): void {
    const from = start - this.#base;
    const to = end - this.#base;
    if (!(from >= 0 && to > from && to < MAX_IMAGE_BYTES) || !Number.isInteger(from)) throw new CfiError('a function elsewhere');
    if (this.#fdes >= MAX_FDES) throw new CfiError('too many functions');
    const at = this.#fdes;
    if (at + 1 >= this.#fdeStarts.length) {
      this.#fdeStarts = larger(this.#fdeStarts);
      this.#fdeEnds = larger(this.#fdeEnds);
      this.#fdeRows = larger(this.#fdeRows);
    }
    this.#fdeStarts[at] = from;
    this.#fdeEnds[at] = to;
    this.#fdeRows[at] = this.#count;
    this.#fdes += 1;
    this.#first = this.#count;
  }

  /** A row of the function begun last. */
  add(address: number, rule: number): void {
    const offset = address - this.#base;
    if (offset < 0 || offset >= MAX_IMAGE_BYTES) throw new CfiError('a row outside of the image');
    if (this.#count > this.#first && this.#rules[this.#count - 1] === rule) return;
    if (this.#count >= MAX_ROWS) throw new CfiError('too many rows');
    if (this.#count >= this.#starts.length) {
      this.#starts = larger(this.#starts);
      const rules = new Uint16Array(this.#rules.length * 2);
      rules.set(this.#rules);
      this.#rules = rules;
    }
    this.#starts[this.#count] = offset;
    this.#rules[this.#count] = rule;
    this.#count += 1;
  }

  build(): Rows & Extents {
    const [fromStarts, fromRules, fdeStarts, fdeEnds, fdeRows] = [this.#starts, this.#rules, this.#fdeStarts, this.#fdeEnds, this.#fdeRows]; // prettier-ignore
    fdeRows[this.#fdes] = this.#count;
    const order = this.#byStart();
    const starts = new Uint32Array(this.#count + 2 * this.#fdes + 1);
    const rules = new Uint16Array(starts.length);
    const functionStarts = new Uint32Array(this.#fdes);
    const functionEnds = new Uint32Array(this.#fdes);
    let functions = 0;
    // A row of its own for what lies between functions, and behind the last; `rule` is that of the row written last.
    let [count, covered, rule] = [0, 0, NO_RULE];
    for (let i = 0; i < order.length; i += 1) {
      const fde = (order[i] ?? 0) % FDE_SCALE;
      const start = fdeStarts[fde] ?? 0;
      const end = fdeEnds[fde] ?? 0;
      if (end <= covered) continue;
      if (start > covered && rule !== NO_RULE) {
        starts[count] = covered;
        rules[count++] = rule = NO_RULE;
      }
      // One that begins inside of another has no start that could stand for the rest of it.
      if (start >= covered) {
        functionStarts[functions] = start;
        functionEnds[functions] = end;
        functions += 1;
      }
      const last = fdeRows[fde + 1] ?? 0;
      for (let row = fdeRows[fde] ?? 0; row < last; row += 1) {
        const next = row + 1 < last ? (fromStarts[row + 1] ?? 0) : end;
        const from = Math.max(fromStarts[row] ?? 0, covered);
        const fresh = fromRules[row] ?? NO_RULE;
        if (from >= Math.min(next, end) || fresh === rule) continue;
        starts[count] = from;
        rules[count++] = rule = fresh;
      }
      covered = end;
    }
    if (count > 0 && rule !== NO_RULE) {
      starts[count] = covered;
      rules[count++] = NO_RULE;
    }
    return {
      starts: starts.slice(0, count),
      rules: rules.slice(0, count),
      functionStarts: functionStarts.slice(0, functions),
      functionEnds: functionEnds.slice(0, functions),
    };
  }

  /** Functions' places by their start; of equal ones the first comes first. */
  #byStart(): Float64Array {
    const order = new Float64Array(this.#fdes);
    for (let i = 0; i < order.length; i += 1) order[i] = (this.#fdeStarts[i] ?? 0) * FDE_SCALE + i;
    return order.sort();
  }
}

function larger(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(array.length * 2);
  copy.set(array);
  return copy;
}
