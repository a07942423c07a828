// How alike two sets of leaves are, and how alike two random halves of one set would be: the noise any comparison has. Pure but for
// the random numbers, which come from a seed, so that a table can be made again from its raw results.

/** Sum over the names of the smaller share: 1 for equal distributions, 0 for disjoint ones. */
export function overlap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const [allA, allB] = [total(a), total(b)];
  if (allA === 0 || allB === 0) return 0;
  let sum = 0;
  for (const [name, count] of a) sum += Math.min(count / allA, (b.get(name) ?? 0) / allB);
  return sum;
}

export function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

export function countNames(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

export interface NoiseComparison {
  /** Samples on each side of every comparison. */
  readonly halfSize: number;
  /** Mean overlap of two random halves of `reference`. */
  readonly floor: number;
  /** Mean overlap of a random half of `reference` with as many random samples of `other`: comparable with `floor`. */
  readonly overlap: number;
}

/**
 * Overlap falls with the size of the sets, so both sides of the comparison have the size of the halves: the largest that both
 * sets can give.
 */
export function compareWithNoise(
  other: readonly string[],
  reference: readonly string[],
  splits: number,
  seed: number,
): NoiseComparison {
  const random = xorshift(seed);
  const halfSize = Math.min(Math.floor(reference.length / 2), other.length);
  let [floor, between] = [0, 0];
  for (let split = 0; split < splits; split += 1) {
    const mixed = shuffled(reference, random);
    const half = countNames(mixed.slice(0, halfSize));
    floor += overlap(half, countNames(mixed.slice(halfSize, 2 * halfSize)));
    between += overlap(half, countNames(shuffled(other, random).slice(0, halfSize)));
  }
  return { halfSize, floor: floor / splits, overlap: between / splits };
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [copy[i], copy[j]];
    if (a === undefined || b === undefined) continue;
    copy[i] = b;
    copy[j] = a;
  }
  return copy;
}

/** Marsaglia's xorshift32: numbers in [0, 1). */
function xorshift(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
