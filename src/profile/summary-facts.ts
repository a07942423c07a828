// A recording that was read → what the summary tells of its run; of another tool's profile little is known.

import type { Recording } from '../model/recording.ts';
import type { SummaryFacts, WrittenFile } from '../model/summary.ts';

/** `files` are those written now. Unknown texts are empty, unknown numbers 0. */
export function summaryFacts({ profile, facts }: Recording, files: readonly WrittenFile[]): SummaryFacts {
  if (facts.run !== null) return { ...facts.run, isOwnRun: true, files };
  let last = facts.startNs;
  for (const timeNs of profile.samples.timeNs) if (timeNs > last) last = timeNs;
  return {
    isOwnRun: false,
    targets: [],
    isWholeMachine: false,
    kernel: '',
    bpftraceVersion: '',
    rateHz: 0,
    event: null,
    durationMs: facts.hasTimes ? (last - facts.startNs) / 1e6 : 0,
    end: 'duration',
    lostEvents: 0,
    brokenSamples: 0,
    reduction: null,
    files,
  };
}
