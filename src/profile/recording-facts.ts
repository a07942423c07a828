// What a run knows of itself → the facts of its recording.

import type { Profile } from '../model/profile.ts';
import type { RecordingFacts } from '../model/recording.ts';
import type { RunFacts } from '../model/summary.ts';

/** `startedAtMs`: Unix time when sampling began; null: it did not. */
export function recordingFacts(profile: Profile, startedAtMs: number | null, run: Omit<RunFacts, 'files'>): RecordingFacts {
  const [target] = run.targets;
  const name = target === undefined ? '' : target.mainClass || `process ${String(target.pid)}`;
  const others = run.targets.length > 1 ? ` and ${String(run.targets.length - 1)} more` : '';
  return {
    source: 'jtrace',
    title: `${name}${others}`,
    startedAtMs,
    startNs: earliest(profile.samples.timeNs),
    hasTimes: true,
    run,
    problems: [],
  };
}

/** Samples of several processors come nearly in order. Called every second of a run: no callback for each. */
function earliest(timeNs: readonly number[]): number {
  let least = timeNs[0] ?? 0;
  for (const time of timeNs) if (time < least) least = time;
  return least;
}
