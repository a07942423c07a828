// LZMA2 chunks → bytes, into a buffer that is also the dictionary: what does not fit in it is an error, so no input costs more than the
// caller allows. Sources: the .xz file format 1.2 (5.3.1), Igor Pavlov's LZMA specification (lzma-specification.txt of the LZMA SDK).

/** The input is no LZMA2, damaged, or more than the buffer holds. */
export class XzError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'XzError';
  }
}

const STATES = 12;
const POSITION_STATES = 16;
const TOP = 0x100_0000;
const PROBABILITY_ONE = 2048;
const FULL_DISTANCES = 128;
const END_POSITION_MODEL = 14;
const ALIGN_BITS = 4;
const MATCH_MIN = 2;
/** Longest properties byte: (pb * 5 + lp) * 9 + lc with pb at most 4. */
const MAX_PROPERTIES = 4 * 45 + 44;

const probabilities = (count: number): Uint16Array => new Uint16Array(count).fill(PROBABILITY_ONE >> 1);

class RangeDecoder {
  at: number;
  readonly #input: Uint8Array;
  readonly #end: number;
  #range = 0xffff_ffff;
  #code = 0;

  constructor(input: Uint8Array, from: number, end: number) {
    this.#input = input;
    this.#end = end;
    this.at = from;
    if (this.#byte() !== 0) throw new XzError('a chunk begins wrongly');
    for (let i = 0; i < 4; i += 1) this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
  }

  bit(table: Uint16Array, index: number): 0 | 1 {
    this.#normalize();
    const probability = table[index] ?? 0;
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      table[index] = probability + ((PROBABILITY_ONE - probability) >> 5);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    table[index] = probability - (probability >> 5);
    return 1;
  }

  tree(table: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i += 1) symbol = (symbol << 1) | this.bit(table, base + symbol);
    return symbol - (1 << bits);
  }

  reverseTree(table: Uint16Array, base: number, bits: number): number {
    let [node, symbol] = [1, 0];
    for (let i = 0; i < bits; i += 1) {
      const bit = this.bit(table, base + node);
      node = (node << 1) | bit;
      symbol |= bit << i;
    }
    return symbol;
  }

  direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i += 1) {
      this.#normalize();
      this.#range >>>= 1;
      const isSet = this.#code >= this.#range;
      if (isSet) this.#code -= this.#range;
      value = value * 2 + Number(isSet);
    }
    return value;
  }

  #normalize(): void {
    if (this.#range >= TOP) return;
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
  }

  #byte(): number {
    if (this.at >= this.#end) throw new XzError('a chunk ends early');
    return this.#input[this.at++] ?? 0;
  }
}

class LengthModel {
  readonly #choices = probabilities(2);
  readonly #low = probabilities(POSITION_STATES * 8);
  readonly #middle = probabilities(POSITION_STATES * 8);
  readonly #high = probabilities(256);

  decode(range: RangeDecoder, position: number): number {
    if (range.bit(this.#choices, 0) === 0) return range.tree(this.#low, position * 8, 3);
    if (range.bit(this.#choices, 1) === 0) return 8 + range.tree(this.#middle, position * 8, 3);
    return 16 + range.tree(this.#high, 0, 8);
  }
}

/** All that a state reset makes new. */
class Model {
  readonly lc: number;
  readonly lpMask: number;
  readonly pbMask: number;
  readonly isMatch = probabilities(STATES * POSITION_STATES);
  readonly isRep = probabilities(STATES);
  readonly isRepG0 = probabilities(STATES);
  readonly isRepG1 = probabilities(STATES);
  readonly isRepG2 = probabilities(STATES);
  readonly isRep0Long = probabilities(STATES * POSITION_STATES);
  readonly slots = probabilities(4 * 64);
  readonly positions = probabilities(1 + FULL_DISTANCES - END_POSITION_MODEL);
  readonly align = probabilities(1 << ALIGN_BITS);
  readonly matchLength = new LengthModel();
  readonly repLength = new LengthModel();
  readonly literals: Uint16Array;
  readonly reps: [number, number, number, number] = [0, 0, 0, 0];
  state = 0;

  constructor(properties: number) {
    if (properties > MAX_PROPERTIES) throw new XzError('unknown properties');
    this.lc = properties % 9;
    const rest = Math.floor(properties / 9);
    const lp = rest % 5;
    if (this.lc + lp > 4) throw new XzError('unknown properties');
    this.lpMask = (1 << lp) - 1;
    this.pbMask = (1 << Math.floor(rest / 5)) - 1;
    this.literals = probabilities(0x300 << (this.lc + lp));
  }
}

/** Chunks of one file that may still come: each may ask for a new model, 30 KB, for a few bytes of data. */
export interface ChunkBudget {
  left: number;
}

/** Decodes chunks from `from` on; gives where they end and how much of `out` was filled from `written` on. */
export function decodeLzma2(
  input: Uint8Array,
  from: number,
  out: Uint8Array,
  written: number,
  budget: ChunkBudget,
): { readonly at: number; readonly written: number } {
  let [at, done] = [from, written];
  let model: Model | null = null;
  let properties = -1;
  let dictionary = written;
  const byte = (): number => {
    const value = input[at++];
    if (value === undefined) throw new XzError('the data end early');
    return value;
  };
  for (;;) {
    const control = byte();
    if (control === 0) return { at, written: done };
    if (--budget.left < 0) throw new XzError('chunks without end');
    if (control < 0x80) {
      if (control > 2) throw new XzError('unknown chunk');
      if (control === 1) dictionary = done;
      const size = byte() * 256 + byte() + 1;
      if (at + size > input.length || done + size > out.length) throw new XzError('a chunk is too long');
      out.set(input.subarray(at, at + size), done);
      at += size;
      done += size;
      continue;
    }
    const size = ((control & 0x1f) << 16) + byte() * 256 + byte() + 1;
    const packed = byte() * 256 + byte() + 1;
    const reset = (control >> 5) & 3;
    if (reset === 3) dictionary = done;
    if (reset >= 2) properties = byte();
    if (reset >= 1) model = properties < 0 ? null : new Model(properties);
    if (model === null || at + packed > input.length || done + size > out.length) throw new XzError('a chunk is too long');
    decodeChunk(new RangeDecoder(input, at, at + packed), model, out, { from: done, end: done + size, dictionary });
    at += packed;
    done += size;
  }
}

interface Span {
  readonly from: number;
  readonly end: number;
  /** Nothing before it may be copied. */
  readonly dictionary: number;
}

function decodeChunk(range: RangeDecoder, model: Model, out: Uint8Array, { from, end, dictionary }: Span): void {
  const { reps } = model;
  for (let at = from; at < end;) {
    const position = (at - dictionary) & model.pbMask;
    const { state } = model;
    if (range.bit(model.isMatch, state * POSITION_STATES + position) === 0) {
      out[at] = literal(range, model, out, at, dictionary);
      at += 1;
      model.state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    const length = matchLength(range, model, position);
    const distance = reps[0] + 1;
    if (distance > at - dictionary || at + length > end) throw new XzError('a match leads out of the data');
    for (let i = 0; i < length; i += 1) out[at + i] = out[at + i - distance] ?? 0;
    at += length;
  }
}

function literal(range: RangeDecoder, model: Model, out: Uint8Array, at: number, dictionary: number): number {
  const before = at > dictionary ? (out[at - 1] ?? 0) : 0;
  const base = 0x300 * ((((at - dictionary) & model.lpMask) << model.lc) + (before >> (8 - model.lc)));
  let symbol = 1;
  if (model.state >= 7) {
    const distance = model.reps[0] + 1;
    if (distance > at - dictionary) throw new XzError('a match leads out of the data');
    let match = out[at - distance] ?? 0;
    while (symbol < 0x100) {
      const matchBit = (match >> 7) & 1;
      match <<= 1;
      const bit = range.bit(model.literals, base + ((1 + matchBit) << 8) + symbol);
      symbol = (symbol << 1) | bit;
      if (bit !== matchBit) break;
    }
  }
  while (symbol < 0x100) symbol = (symbol << 1) | range.bit(model.literals, base + symbol);
  return symbol & 0xff;
}

/** Sets reps[0] to the match's distance less one, and the state; gives its length. */
function matchLength(range: RangeDecoder, model: Model, position: number): number {
  const { reps, state } = model;
  if (range.bit(model.isRep, state) === 0) {
    const length = model.matchLength.decode(range, position);
    [reps[1], reps[2], reps[3]] = [reps[0], reps[1], reps[2]];
    reps[0] = matchDistance(range, model, length);
    model.state = state < 7 ? 7 : 10;
    return length + MATCH_MIN;
  }
  if (range.bit(model.isRepG0, state) === 0) {
    if (range.bit(model.isRep0Long, state * POSITION_STATES + position) === 0) {
      model.state = state < 7 ? 9 : 11;
      return 1;
    }
  } else if (range.bit(model.isRepG1, state) === 0) {
    [reps[0], reps[1]] = [reps[1], reps[0]];
  } else if (range.bit(model.isRepG2, state) === 0) {
    [reps[0], reps[1], reps[2]] = [reps[2], reps[0], reps[1]];
  } else {
    [reps[0], reps[1], reps[2], reps[3]] = [reps[3], reps[0], reps[1], reps[2]];
  }
  const length = model.repLength.decode(range, position);
  model.state = state < 7 ? 8 : 11;
  return length + MATCH_MIN;
}

function matchDistance(range: RangeDecoder, model: Model, length: number): number {
  const slot = range.tree(model.slots, Math.min(length, 3) * 64, 6);
  if (slot < 4) return slot;
  const bits = (slot >> 1) - 1;
  const distance = (2 | (slot & 1)) * 2 ** bits;
  if (slot < END_POSITION_MODEL) return distance + range.reverseTree(model.positions, distance - slot, bits);
  return distance + range.direct(bits - ALIGN_BITS) * (1 << ALIGN_BITS) + range.reverseTree(model.align, 0, ALIGN_BITS);
}
