// How many samples a profile has, by their leaf and by their outcome: counted once, for the terminal and the page alike, so that they
// say the same. All samples count: an unfinished stack is a row, never a gap. Pure.

import type { ApproximateReason, FrameKind, StackOutcome, UnfinishedReason } from './frame.ts';
import type { Profile } from './profile.ts';
import type { ProfileSummary } from './summary.ts';

/** How many samples each row is: other tools' profiles, and runs of a lowered rate, have one row for many. */
export function sampleCounts({ samples, weightUnit }: Profile): readonly number[] {
  return weightUnit === 'samples' ? samples.weight : samples.weight.map(() => 1);
}

/** All of them. */
export function countSamples(profile: Profile): number {
  return sampleCounts(profile).reduce((sum, count) => sum + count, 0);
}

/** Samples by what they end in. */
export function countLeafKinds(profile: Profile): Readonly<Record<FrameKind, number>> {
  const counts = {
    interpreted: 0, c1: 0, c2: 0, inlined: 0, 'java-native': 0, stub: 0, native: 0, vm: 0, kernel: 0, marker: 0,
  } satisfies Record<FrameKind, number>; // prettier-ignore
  const samples = sampleCounts(profile);
  for (const [i, stack] of profile.samples.stack.entries()) {
    const frame = profile.frames.frames[profile.stacks.frame[stack] ?? -1];
    if (frame === undefined) throw new Error(`sample with stack ${stack} has no leaf frame`);
    counts[frame.kind] += samples[i] ?? 0;
  }
  return counts;
}

/** Samples by how whole their stacks are. */
export function countOutcomes(profile: Profile): ProfileSummary['outcomes'] {
  const samplesOf = new Map<StackOutcome, number>();
  const counts = sampleCounts(profile);
  for (const [i, index] of profile.samples.outcome.entries()) {
    const outcome = profile.outcomes[index];
    if (outcome === undefined) throw new Error(`sample with outcome ${index}, which the profile does not have`);
    samplesOf.set(outcome, (samplesOf.get(outcome) ?? 0) + (counts[i] ?? 0));
  }
  const totals = { complete: 0, approximate: 0, unfinished: 0 };
  const approximateReasons: Partial<Record<ApproximateReason, number>> = {};
  const unfinishedReasons: Partial<Record<UnfinishedReason, number>> = {};
  for (const [outcome, samples] of samplesOf) {
    totals[outcome.kind] += samples;
    if (outcome.kind === 'approximate') {
      for (const reason of outcome.reasons) approximateReasons[reason] = (approximateReasons[reason] ?? 0) + samples;
    } else if (outcome.kind === 'unfinished') {
      unfinishedReasons[outcome.reason] = (unfinishedReasons[outcome.reason] ?? 0) + samples;
    }
  }
  return { ...totals, approximateReasons, unfinishedReasons };
}
