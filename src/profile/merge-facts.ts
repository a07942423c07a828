// Facts of several recordings → those of their sum. What only some know, the sum does not; what differs is told as a problem.

import type { RecordingFacts } from '../model/recording.ts';
import { MAX_DURATION_MS } from '../model/recording-limits.ts';
import type { RateReduction, TargetFacts } from '../model/summary.ts';

/** Titles in the merged one. */
const SHOWN_TITLES = 3;
/** Fewer rows than a `.jtrace` file may have. */
const MAX_TARGETS = 1000;
const MAX_PROBLEMS = 100;

type Run = NonNullable<RecordingFacts['run']>;

/** What is wrong with one recording, as it stands in the sum. */
export function problemsOf({ source, title, problems }: RecordingFacts): readonly string[] {
  return problems.map((problem) => (source === 'merged' ? problem : `${title}: ${problem}`));
}

/** `all` has at least one; `weightProblem` is what could not be made comparable. Times of the sum begin at 0. */
export function mergeFacts(all: readonly RecordingFacts[], weightProblem: string | null): RecordingFacts {
  const titles = [...new Set(all.map(({ title }) => title))];
  const starts = all.map(({ startedAtMs }) => startedAtMs).filter((startedAtMs) => startedAtMs !== null);
  const runs = all.map(({ run }) => run).filter((run) => run !== null);
  const hasTimes = all.every((facts) => facts.hasTimes);
  return {
    source: 'merged',
    title: `${titles.slice(0, SHOWN_TITLES).join(' + ')}${titles.length > SHOWN_TITLES ? ` and ${String(titles.length - SHOWN_TITLES)} more` : ''}`,
    startedAtMs: hasTimes && starts.length === all.length ? starts.reduce((a, b) => Math.min(a, b)) : null,
    startNs: 0,
    hasTimes,
    run: runs.length === all.length ? mergeRuns(runs) : null,
    problems: [
      ...new Set(all.flatMap(problemsOf)),
      ...(hasTimes || !all.some((facts) => facts.hasTimes) ? [] : ['times are left out: not every input has them']),
      ...(weightProblem === null ? [] : [weightProblem]),
    ].slice(0, MAX_PROBLEMS),
  };
}

function mergeRuns(runs: readonly Run[]): Run {
  const sum = (of: (run: Run) => number, most = Number.MAX_SAFE_INTEGER): number =>
    Math.min(
      runs.reduce((total, run) => total + of(run), 0),
      most,
    );
  const distinct = (of: (run: Run) => string): string => [...new Set(runs.map(of))].join(' + ');
  const targets = new Map<string, TargetFacts>();
  for (const target of runs.flatMap((run) => run.targets)) targets.set(JSON.stringify(target), target);
  return {
    targets: [...targets.values()].slice(0, MAX_TARGETS),
    isWholeMachine: runs.every(({ isWholeMachine }) => isWholeMachine),
    kernel: distinct(({ kernel }) => kernel),
    bpftraceVersion: distinct(({ bpftraceVersion }) => bpftraceVersion),
    rateHz: new Set(runs.map(({ rateHz }) => rateHz)).size === 1 ? (runs[0]?.rateHz ?? 0) : 0,
    event: mergeEvents(runs),
    durationMs: sum(({ durationMs }) => durationMs, MAX_DURATION_MS),
    end: runs.some(({ end }) => end === 'failed') ? 'failed' : 'duration',
    lostEvents: sum(({ lostEvents }) => lostEvents),
    brokenSamples: sum(({ brokenSamples }) => brokenSamples),
    reduction: mergeReductions(runs.map(({ reduction }) => reduction).filter((reduction) => reduction !== null)),
  };
}

/** Of one kind: others are not put together. */
function mergeEvents(runs: readonly Run[]): Run['event'] {
  const events = runs.map(({ event }) => event).filter((event) => event !== null);
  const names = [...new Set(events.map(({ name }) => name))];
  return events[0] === undefined ? null : { name: names.slice(0, SHOWN_TITLES).join(' + '), counts: events[0].counts };
}

function mergeReductions(all: readonly RateReduction[]): RateReduction | null {
  if (all.length === 0) return null;
  const most = (count: number): number => Math.min(count, Number.MAX_SAFE_INTEGER);
  return {
    lowestRateHz: all.reduce((least, { lowestRateHz }) => Math.min(least, lowestRateHz), Infinity),
    takenSamples: 0,
    skippedTicks: most(all.reduce((sum, { skippedTicks }) => sum + skippedTicks, 0)),
  };
}
