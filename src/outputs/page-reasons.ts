// The reasons for stacks that are not complete, as far as a profile has them: what the page explains of them, below its facts and at
// the frames that name them.

import type { Profile } from '../model/profile.ts';
import { APPROXIMATE_ADVICE, UNFINISHED_ADVICE, type ReasonAdvice } from '../model/reason-advice.ts';
import { countOutcomes } from '../model/sample-counts.ts';
import { unfinishedName } from '../model/unfinished-name.ts';
import type { PageReason } from './page-data.ts';

/** Each once, the most frequent first. */
export function pageReasons(profiles: readonly Profile[]): readonly PageReason[] {
  const [approximate, unfinished] = [new Map<string, number>(), new Map<string, number>()];
  for (const profile of profiles.filter(({ samples }) => samples.stack.length > 0)) {
    const { approximateReasons, unfinishedReasons } = countOutcomes(profile);
    addCounts(approximate, approximateReasons);
    addCounts(unfinished, unfinishedReasons);
  }
  return [...explained(unfinished, UNFINISHED_ADVICE, unfinishedName), ...explained(approximate, APPROXIMATE_ADVICE, () => '')];
}

function addCounts(sums: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + count);
}

function explained<Reason extends string>(
  counts: ReadonlyMap<string, number>,
  table: Readonly<Record<Reason, ReasonAdvice>>,
  frame: (name: Reason) => string,
): PageReason[] {
  return (Object.keys(table) as Reason[])
    .filter((name) => (counts.get(name) ?? 0) > 0)
    .sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
    .map((name) => ({ name, frame: frame(name), ...table[name] }));
}
