// A profile and what the run knows → the typed summary (src/model/summary.ts). Counts samples, all of them: an unfinished stack is a
// row, never a gap. Pure.

import type { ApproximateReason, FrameKind, StackOutcome, UnfinishedReason } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { type ProfileSummary, type RunFacts, SUMMARY_VERSION, type ThreadSamples } from '../model/summary.ts';
import { hottestMethods } from './hottest-methods.ts';

/** Counts a profile. `top`: rows of the hottest methods, 0 for none; they are those of `shown`, the profile as it is asked for. */
export function summarize(profile: Profile, facts: RunFacts, top: number, shown: Profile = profile): ProfileSummary {
  return {
    version: SUMMARY_VERSION,
    ...facts,
    samples: countsOf(profile).reduce((sum, count) => sum + count, 0),
    threads: countThreads(profile),
    leafKinds: countLeafKinds(profile),
    outcomes: countOutcomes(profile),
    hottest: top > 0 ? hottestMethods(shown, top) : [],
  };
}

/** How many samples each row is: other tools' profiles have one row for many. */
function countsOf({ samples, weightUnit }: Profile): readonly number[] {
  return weightUnit === 'samples' ? samples.weight : samples.weight.map(() => 1);
}

function countThreads(profile: Profile): readonly ThreadSamples[] {
  const [counts, samples] = [new Float64Array(profile.threads.length), countsOf(profile)];
  profile.samples.thread.forEach((thread, i) => (counts[thread] = (counts[thread] ?? 0) + (samples[i] ?? 0)));
  return profile.threads
    .map((thread, index) => ({ pid: thread.pid, tid: thread.tid, name: thread.name, samples: counts[index] ?? 0 }))
    .filter((thread) => thread.samples > 0)
    .sort((a, b) => b.samples - a.samples || a.tid - b.tid);
}

function countLeafKinds(profile: Profile): Readonly<Record<FrameKind, number>> {
  const counts = {
    interpreted: 0, c1: 0, c2: 0, inlined: 0, 'java-native': 0, stub: 0, native: 0, vm: 0, kernel: 0, marker: 0,
  } satisfies Record<FrameKind, number>; // prettier-ignore
  const samples = countsOf(profile);
  for (const [i, stack] of profile.samples.stack.entries()) {
    const frame = profile.frames.frames[profile.stacks.frame[stack] ?? -1];
    if (frame === undefined) throw new Error(`sample with stack ${stack} has no leaf frame`);
    counts[frame.kind] += samples[i] ?? 0;
  }
  return counts;
}

function countOutcomes(profile: Profile): ProfileSummary['outcomes'] {
  const samplesOf = new Map<StackOutcome, number>();
  const counts = countsOf(profile);
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
