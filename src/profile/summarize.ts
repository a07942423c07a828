// A profile and what the run knows → the typed summary (src/model/summary.ts). Counts samples, one by one and all of them: an
// unfinished stack is a row, never a gap. Pure.

import type { ApproximateReason, FrameKind, StackOutcome, UnfinishedReason } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { type ProfileSummary, type RunFacts, SUMMARY_VERSION, type ThreadSamples } from '../model/summary.ts';
import { hottestMethods } from './hottest-methods.ts';

/** Counts a profile. `top`: rows of the hottest methods, 0 for none. */
export function summarize(profile: Profile, facts: RunFacts, top: number): ProfileSummary {
  return {
    version: SUMMARY_VERSION,
    ...facts,
    samples: profile.samples.stack.length,
    threads: countThreads(profile),
    leafKinds: countLeafKinds(profile),
    outcomes: countOutcomes(profile),
    hottest: top > 0 ? hottestMethods(profile, top) : [],
  };
}

function countThreads(profile: Profile): readonly ThreadSamples[] {
  const counts = new Uint32Array(profile.threads.length);
  for (const thread of profile.samples.thread) counts[thread] = (counts[thread] ?? 0) + 1;
  return profile.threads
    .map((thread, index) => ({ pid: thread.pid, tid: thread.tid, name: thread.name, samples: counts[index] ?? 0 }))
    .filter((thread) => thread.samples > 0)
    .sort((a, b) => b.samples - a.samples || a.tid - b.tid);
}

function countLeafKinds(profile: Profile): Readonly<Record<FrameKind, number>> {
  const counts = {
    interpreted: 0, c1: 0, c2: 0, inlined: 0, 'java-native': 0, stub: 0, native: 0, vm: 0, kernel: 0, marker: 0,
  } satisfies Record<FrameKind, number>; // prettier-ignore
  for (const stack of profile.samples.stack) {
    const frame = profile.frames.frames[profile.stacks.frame[stack] ?? -1];
    if (frame === undefined) throw new Error(`sample with stack ${stack} has no leaf frame`);
    counts[frame.kind]++;
  }
  return counts;
}

function countOutcomes(profile: Profile): ProfileSummary['outcomes'] {
  const samplesOf = new Map<StackOutcome, number>();
  for (const index of profile.samples.outcome) {
    const outcome = profile.outcomes[index];
    if (outcome === undefined) throw new Error(`sample with outcome ${index}, which the profile does not have`);
    samplesOf.set(outcome, (samplesOf.get(outcome) ?? 0) + 1);
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
