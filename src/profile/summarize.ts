// A profile and what the run knows → the typed summary (src/model/summary.ts). Pure.

import type { Profile } from '../model/profile.ts';
import { countLeafKinds, countOutcomes, countSamples, sampleCounts } from '../model/sample-counts.ts';
import {
  type ProfileSummary,
  SUMMARY_VERSION,
  type ProcessSamples,
  type SummaryFacts,
  type ThreadSamples,
} from '../model/summary.ts';
import { hottestMethods } from './hottest-methods.ts';
import { rootNodes } from './root-nodes.ts';

/** Counts a profile. `top`: rows of the hottest methods, 0 for none; they are those of `shown`, the profile as it is asked for. */
export function summarize(profile: Profile, facts: SummaryFacts, top: number, shown: Profile = profile): ProfileSummary {
  return {
    version: SUMMARY_VERSION,
    ...facts,
    samples: countSamples(profile),
    weight: profile.samples.weight.reduce((sum, weight) => sum + weight, 0),
    weightUnit: profile.weightUnit,
    threads: countThreads(profile),
    processes: facts.isWholeMachine ? countRoots(profile) : [],
    leafKinds: countLeafKinds(profile),
    outcomes: countOutcomes(profile),
    hottest: top > 0 ? hottestMethods(shown, top) : [],
  };
}

/** Samples by the name of their first frame. */
function countRoots(profile: Profile): readonly ProcessSamples[] {
  const { stacks, frames } = profile;
  const roots = rootNodes(stacks);
  const counts = new Map<string, number>();
  for (const [i, count] of sampleCounts(profile).entries()) {
    const name = frames.frames[stacks.frame[roots[profile.samples.stack[i] ?? -1] ?? -1] ?? -1]?.name ?? '';
    counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return [...counts]
    .map(([name, samples]) => ({ name, samples }))
    .sort((a, b) => b.samples - a.samples || (a.name < b.name ? -1 : 1));
}

function countThreads(profile: Profile): readonly ThreadSamples[] {
  const [counts, samples] = [new Float64Array(profile.threads.length), sampleCounts(profile)];
  profile.samples.thread.forEach((thread, i) => (counts[thread] = (counts[thread] ?? 0) + (samples[i] ?? 0)));
  return profile.threads
    .map((thread, index) => ({ pid: thread.pid, tid: thread.tid, name: thread.name, samples: counts[index] ?? 0 }))
    .filter((thread) => thread.samples > 0)
    .sort((a, b) => b.samples - a.samples || a.tid - b.tid);
}
