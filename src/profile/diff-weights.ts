// Two recordings that are compared → their profiles in one unit. Shares are compared, so samples and CPU time go together: samples become
// the time that they stand for, and where their rate is not known as much as the other profile has. Bytes are something else. Pure.

import { OperatorError } from '../model/errors.ts';
import type { Profile } from '../model/profile.ts';
import type { Recording } from '../model/recording.ts';
import { NANOSECONDS_PER_SECOND, rateOf } from './merge-weights.ts';

/** Throws an OperatorError when they count different things; `names` are those that it tells. */
export function alikeProfiles(a: Recording, b: Recording, names: readonly [string, string]): readonly [Profile, Profile] {
  const [unitA, unitB] = [a.profile.weightUnit, b.profile.weightUnit];
  if (unitA === unitB) return [a.profile, b.profile];
  if (unitA === 'bytes' || unitB === 'bytes') {
    const message = `${names[0]} counts ${unitA}, ${names[1]} ${unitB}: they cannot be compared`;
    throw new OperatorError('usage', message, 'give two profiles of one kind, e.g. both recorded by the same command');
  }
  return [inNanoseconds(a, b.profile), inNanoseconds(b, a.profile)];
}

function inNanoseconds(recording: Recording, other: Profile): Profile {
  const { profile } = recording;
  if (profile.weightUnit === 'nanoseconds') return profile;
  const rateHz = rateOf(recording);
  // Whole, as all weights are.
  const factor = Math.max(1, Math.round(rateHz === null ? totalOf(other) / Math.max(1, totalOf(profile)) : NANOSECONDS_PER_SECOND / rateHz)); // prettier-ignore
  const weight = profile.samples.weight.map((samples) => samples * factor);
  return { ...profile, samples: { ...profile.samples, weight }, weightUnit: 'nanoseconds' };
}

function totalOf({ samples }: Profile): number {
  return samples.weight.reduce((sum, weight) => sum + weight, 0);
}
