// Middles and spreads of few, noisy measurements. Pure.

/** The middle value, or the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [below, above] = [sorted[half - 1], sorted[half]];
  if (above === undefined) return NaN;
  return sorted.length % 2 === 1 || below === undefined ? above : (below + above) / 2;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** Rounds of an alternation: each measured with the thing, and right before it without. */
export interface Pair {
  readonly without: number;
  readonly with: number;
}

/**
 * What the thing costs: the ratio of the medians, and least and most of the rounds' own ratios, which show what chance does. 0.98: 2 %
 * slower with it.
 */
export function ratioOf(rounds: readonly Pair[]): Spread {
  const ratios = rounds.map((round) => round.with / round.without);
  const ratio = median(rounds.map((round) => round.with)) / median(rounds.map((round) => round.without));
  return { median: ratio, least: Math.min(...ratios), most: Math.max(...ratios) };
}
