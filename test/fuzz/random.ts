// Numbers that look random and are the same for the same words: one generator for each case, so that a case is repeated without
// those before it. sfc32 of PractRand, seeded by FNV-1a.

const GOLDEN = 0x9e3779b9;
/** Rounds that mix the seed in, as PractRand does it. */
const WARM_UP = 12;

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(...words: readonly (string | number)[]) {
    const text = words.join('/');
    this.#a = hash(text, 0x811c9dc5);
    this.#b = hash(text, this.#a ^ GOLDEN);
    this.#c = hash(text, this.#b ^ GOLDEN);
    for (let i = 0; i < WARM_UP; i += 1) this.u32();
  }

  u32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    return bound <= 1 ? 0 : Math.floor((this.u32() / 0x1_0000_0000) * bound);
  }

  /** From `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  pick<Item>(items: readonly Item[]): Item | undefined;
  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)];
  }
}

function hash(text: string, start: number): number {
  let value = start | 0;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(value ^ (value >>> 15), 0x85ebca6b);
}

/** How many mutations a case has: often one, which is what a format survives; up to `most`. */
export const mutationCount = (random: Random, most: number): number => (random.oneIn(2) ? 1 : random.between(1, most));
