// Two recordings that are compared → their profiles in one unit. Shares are compared, so samples and CPU time go together: samples become
// the time that they stand for, and where their rate is not known as much as the other profile has. Bytes are something else. Pure.

import { OperatorError } from '../model/errors.ts';
import type { Profile } from '../model/profile.ts';
import { MAX_WEIGHT } from '../model/recording-limits.ts';
import type { Recording } from '../model/recording.ts';
import { NANOSECONDS_PER_SECOND, rateOf } from './merge-weights.ts';

export interface AlikeProfiles {
  readonly profiles: readonly [Profile, Profile];
  /** What cannot be known of them, one line each. */
  readonly problems: readonly string[];
}

/** Throws an OperatorError when they count different things; `names` are those that it tells. */
export function alikeProfiles(a: Recording, b: Recording, names: readonly [string, string]): AlikeProfiles {
  const [unitA, unitB] = [a.profile.weightUnit, b.profile.weightUnit];
  if (unitA === unitB) return { profiles: [a.profile, b.profile], problems: [] };
  if (unitA === 'bytes' || unitB === 'bytes') {
    const message = `${names[0]} counts ${unitA}, ${names[1]} ${unitB}: they cannot be compared`;
    throw new OperatorError('usage', message, 'give two profiles of one kind, e.g. both recorded by the same command');
  }
  const unknown = [a, b].findIndex((side) => rateOf(side) === null);
  return {
    profiles: [inNanoseconds(a, b.profile), inNanoseconds(b, a.profile)],
    problems:
      unknown < 0 ? [] : [`the rate of ${names[unknown] ?? ''} is not known: shares can be compared, its times are made up`],
  };
}

function inNanoseconds(recording: Recording, other: Profile): Profile {
  const { profile } = recording;
  if (profile.weightUnit === 'nanoseconds') return profile;
  const rateHz = rateOf(recording);
  // Whole, as all weights are.
  const exact = rateHz === null ? totalOf(other) / Math.max(1, totalOf(profile)) : NANOSECONDS_PER_SECOND / rateHz;
  // A rate may be any, as near to 0 as a hostile file likes.
  const factor = Math.min(Math.max(1, Math.round(exact)), MAX_WEIGHT);
  const weight = profile.samples.weight.map((samples) => Math.min(samples * factor, MAX_WEIGHT));
  return { ...profile, samples: { ...profile.samples, weight }, weightUnit: 'nanoseconds' };
}

function totalOf({ samples }: Profile): number {
  return samples.weight.reduce((sum, weight) => sum + weight, 0);
}
