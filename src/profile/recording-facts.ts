// What a run knows of itself → the facts of its recording.

import type { Profile } from '../model/profile.ts';
import type { RecordingFacts } from '../model/recording.ts';
import { type RunFacts, targetName } from '../model/summary.ts';

/** The moment at which sampling began, by two clocks; null: not known (yet). */
export interface SamplingStart {
  /** Unix time. */
  readonly atMs: number | null;
  /** In the time of samples. */
  readonly ns: number | null;
}

/** Samples that were taken before that moment, while probes were still being attached, move it. */
export function recordingFacts(profile: Profile, start: SamplingStart, run: Omit<RunFacts, 'files'>): RecordingFacts {
  const firstNs = earliest(profile.samples.timeNs) ?? start.ns ?? 0;
  const startNs = Math.min(firstNs, start.ns ?? firstNs);
  return {
    source: 'jtrace',
    title: titleOf(run),
    startedAtMs: start.atMs === null ? null : start.atMs - Math.round(((start.ns ?? startNs) - startNs) / 1e6),
    startNs,
    hasTimes: true,
    run,
    problems: [],
  };
}

function titleOf(run: Omit<RunFacts, 'files'>): string {
  const { event } = run;
  return event === null
    ? processesOf(run)
    : `${processesOf(run)}: ${event.name === event.counts ? '' : `${event.name}, `}${event.counts}`;
}

function processesOf({ targets, isWholeMachine }: Omit<RunFacts, 'files'>): string {
  if (isWholeMachine) return 'all processes';
  const [target] = targets;
  const name = target === undefined ? '' : targetName(target) || `process ${String(target.pid)}`;
  return `${name}${targets.length > 1 ? ` and ${String(targets.length - 1)} more` : ''}`;
}

/** Samples of several processors come nearly in order. Called every second of a run: no callback for each. */
function earliest(timeNs: readonly number[]): number | null {
  let least = timeNs[0] ?? null;
  for (const time of timeNs) if (least === null || time < least) least = time;
  return least;
}
