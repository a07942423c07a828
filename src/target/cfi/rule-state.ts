// The rules in force at one place of a function, as small numbers, and their set: equal states get one number, so that libjvm's rows
// come to some hundred distinct rules. A state knows its own hash, kept up with each change.

import { AARCH64_DWARF } from '../../model/unwind-rule.ts';
import { CfiError } from './byte-cursor.ts';
import { MAX_OFFSET, MAX_RULES } from './limits.ts';

/** Registers that a state keeps: those of the architecture that has most; others are of no use to a walk. */
export const REGISTER_COUNT = AARCH64_DWARF.count;

/** Kinds of a slot, its low 3 bits; what belongs to it stands above: an offset, a register, an expression's number. */
export const SLOT = {
  unspecified: 0,
  undefined: 1,
  same: 2,
  saved: 3,
  offset: 4,
  register: 5,
  savedAt: 6,
  computed: 7,
} as const;
export const SLOT_KIND_BITS = 3;

/** Words of a state: CFA register + 1 (0: none, -1: an expression), CFA offset or expression, flags; then a slot a register. */
export const CFA_REGISTER = 0;
export const CFA_OFFSET = 1;
export const FLAGS = 2;
export const FIRST_REGISTER = 3;
export const STATE_WORDS = FIRST_REGISTER + REGISTER_COUNT;
export const CFA_EXPRESSION = -1;
/** The return address' slot is at `FIRST_REGISTER + flags >> RETURN_SHIFT`. */
export const FLAG_SIGNAL = 1;
export const RETURN_SHIFT = 1;

/** A slot of a kind with a value. */
export function slot(kind: number, value: number): number {
  if (!Number.isInteger(value) || Math.abs(value) > MAX_OFFSET) throw new CfiError('an offset that nothing has');
  return (value << SLOT_KIND_BITS) | kind;
}

/** One set of rules, changed as instructions say. */
export class RuleState {
  readonly words = new Int32Array(STATE_WORDS);
  hash = 0;

  set(index: number, value: number): void {
    const old = this.words[index] ?? 0;
    if (old === value) return;
    this.hash ^= mix(index, old) ^ mix(index, value);
    this.words[index] = value;
  }
}

function mix(index: number, value: number): number {
  if (value === 0) return 0;
  let bits = Math.imul(value + Math.imul(index + 1, 0x9e37_79b1), 0x85eb_ca6b);
  bits ^= bits >>> 15;
  bits = Math.imul(bits, 0xc2b2_ae35);
  return bits ^ (bits >>> 13);
}

/** No rule: what lies between functions. */
export const NO_RULE = 0;
const FIRST_TABLE_SIZE = 1 << 10;
/** Places looked at for one state: some few in real libraries. Hashes are no secret, so a hostile file could make all of them equal. */
const MAX_PROBES = 64;

/** Distinct states, numbered from 1 in the order they came: also those that only lead to a row's. */
export class RuleSet {
  #words = new Int32Array(STATE_WORDS * 64);
  #hashes = new Int32Array(64);
  /** 1: a state that says where the caller is. */
  #whole = new Int32Array(64);
  #count = 1;
  /** Numbers by hash, at most half full. */
  #table = new Uint16Array(FIRST_TABLE_SIZE);

  /** All states' words, one after the other; the first stands for {@link NO_RULE}. */
  words(): Int32Array {
    return this.#words.slice(0, this.#count * STATE_WORDS);
  }

  /** The number of a state. Throws CfiError when there are more than real libraries have. */
  number(state: RuleState): number {
    let place = this.#placeOf(state.hash);
    for (let probes = 0; ; probes += 1) {
      if (probes > MAX_PROBES) throw new CfiError('rules made to collide');
      const known = this.#table[place] ?? 0;
      if (known === 0) break;
      if (this.#equals(known, state.words)) return known;
      place = this.#next(place);
    }
    if (this.#count >= MAX_RULES) throw new CfiError('too many distinct rules');
    const fresh = this.#count;
    this.#count += 1;
    if (fresh >= this.#hashes.length) {
      this.#words = doubled(this.#words);
      this.#hashes = doubled(this.#hashes);
      this.#whole = doubled(this.#whole);
    }
    this.#words.set(state.words, fresh * STATE_WORDS);
    this.#hashes[fresh] = state.hash;
    this.#whole[fresh] = Number(isWhole(state.words));
    this.#table[place] = fresh;
    if (this.#count * 2 > this.#table.length) this.#grow();
    return fresh;
  }

  /** Sets `into` to the state of a number. */
  load(number: number, into: RuleState): void {
    into.words.set(this.#words.subarray(number * STATE_WORDS, (number + 1) * STATE_WORDS));
    into.hash = this.#hashes[number] ?? 0;
  }

  /** What a row of a state has: its number; of one that does not say where the caller is, none. */
  ofRow(number: number): number {
    return this.#whole[number] === 1 ? number : NO_RULE;
  }

  #placeOf(hash: number): number {
    return hash & (this.#table.length - 1);
  }

  #next(place: number): number {
    return (place + 1) & (this.#table.length - 1);
  }

  #grow(): void {
    this.#table = new Uint16Array(this.#table.length * 2);
    for (let number = 1; number < this.#count; number += 1) {
      let place = this.#placeOf(this.#hashes[number] ?? 0);
      while (this.#table[place] !== 0) place = this.#next(place);
      this.#table[place] = number;
    }
  }

  #equals(known: number, words: Int32Array): boolean {
    const start = known * STATE_WORDS;
    for (let i = 0; i < STATE_WORDS; i += 1) if (this.#words[start + i] !== words[i]) return false;
    return true;
  }
}

function isWhole(words: Int32Array): boolean {
  return words[CFA_REGISTER] !== 0 || words[FIRST_REGISTER + ((words[FLAGS] ?? 0) >> RETURN_SHIFT)] === SLOT.undefined;
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(array.length * 2);
  copy.set(array);
  return copy;
}
