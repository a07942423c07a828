// What weights of several recordings come to together: a sample stands for the time between two ticks, so samples of one rate add up
// as they are, and those of different rates as time. Kinds that have no common unit are refused. Pure.

import { OperatorError } from '../model/errors.ts';
import type { Profile } from '../model/profile.ts';
import type { Recording } from '../model/recording.ts';
import { MAX_WEIGHT } from '../model/recording-limits.ts';

export const NANOSECONDS_PER_SECOND = 1e9;

export interface MergedWeights {
  readonly unit: Profile['weightUnit'];
  /** By recording: what its weights are multiplied with; whole numbers. */
  readonly factors: readonly number[];
  /** What cannot be made comparable; null: nothing. */
  readonly problem: string | null;
}

/** Throws an OperatorError when the weights have no common unit. */
export function mergeWeights(recordings: readonly Recording[]): MergedWeights {
  const units = [...new Set(recordings.map(({ profile }) => profile.weightUnit))];
  const rates = recordings.map(rateOf);
  const [unit = 'samples'] = units;
  const plain = { unit, factors: recordings.map(() => 1), problem: null };
  const isTime = units.every((one) => one === 'samples' || one === 'nanoseconds');
  if (isTime && !rates.includes(null) && new Set(rates).size > 1)
    return {
      unit: 'nanoseconds',
      // A rate may be any, as near to 0 as a hostile file likes.
      factors: rates.map((rateHz) => Math.min(Math.round(NANOSECONDS_PER_SECOND / (rateHz ?? 1)), MAX_WEIGHT)),
      problem: null,
    };
  if (units.length > 1) {
    const message = `these profiles count different things: ${units.join(' and ')}`;
    throw new OperatorError('usage', message, 'merge profiles of one kind');
  }
  if (unit !== 'samples' || new Set(rates).size < 2) return plain;
  const unknown = recordings.find((_, i) => rates[i] === null)?.facts.title ?? '';
  return { ...plain, problem: `the rate of ${unknown} is not known: a sample may not stand for the same time in all` };
}

/** Weights a second of one busy thread comes to: samples, or nanoseconds. null: not known. */
export function rateOf({ profile, facts }: Recording): number | null {
  if (profile.weightUnit === 'nanoseconds') return NANOSECONDS_PER_SECOND;
  const rateHz = facts.run?.rateHz ?? 0;
  return rateHz > 0 ? rateHz : null;
}
