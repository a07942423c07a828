// The facts of a recording → what the page shows of them: labels, texts and counts, no numbers made into text. Every reason for a
// stack that is not complete comes with what it means.

import type { FrameKind } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { reductionText } from '../model/rate-text.ts';
import { APPROXIMATE_TEXTS, END_TEXTS, LEAF_TEXTS, UNFINISHED_TEXTS } from '../model/reason-texts.ts';
import type { Recording, RecordingFacts } from '../model/recording.ts';
import { countLeafKinds, countOutcomes, countSamples } from '../model/sample-counts.ts';
import type { RunFacts, TargetFacts } from '../model/summary.ts';
import { escapeForTerminal } from './escape-terminal.ts';
import { noSamplesAdvice } from './no-samples-advice.ts';
import { eventWeightText } from '../model/weight-text.ts';
import type { PageFact, PageFactRow } from './page-data.ts';

/** Beyond, a Date is invalid (ECMA-262). A recording may say anything. */
export const MAX_DATE_MS = 8.64e15;

const plain = (text: string): PageFactRow => ({ text, count: null, sub: false });
const counted = (count: number, text: string, sub = false): PageFactRow => ({ text, count, sub });

/** In the order they are shown; empty ones left out. */
export function pageFacts({ profile, facts }: Recording): readonly PageFact[] {
  const { run } = facts;
  const all: readonly PageFact[] = [
    { label: 'Target', rows: targetFactRows(facts) },
    { label: 'Sampled', rows: sampledRows(profile, facts) },
    { label: 'Machine', rows: run === null ? [] : [plain(machineText(run.kernel, run.bpftraceVersion))] },
    { label: 'Stacks', rows: run === null ? [] : outcomeRows(profile) },
    { label: 'Leaf', rows: leafRows(profile) },
    { label: 'Lost', rows: run === null ? [] : lostRows(run.lostEvents, run.brokenSamples) },
    { label: 'Not whole', rows: facts.problems.map((problem) => plain(escapeForTerminal(problem))) },
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

/** Process, how long and how often, when, how sure: what is asked first, in one line. */
export function pageSubtitle({ profile, facts: { run, startedAtMs, source } }: Recording): string {
  const parts: string[] = [];
  const [target] = run?.targets ?? [];
  if (run?.isWholeMachine === true) parts.push('all processes');
  else if (run !== null && run.targets.length > 1) parts.push(`${String(run.targets.length)} processes`);
  else if (target !== undefined) parts.push(targetText({ ...target, mainClass: '', program: '' }));
  if (run !== null) parts.push(ratesText(run));
  if (run !== null && run.event !== null)
    parts.push(
      eventWeightText(totalOf(profile), profile.weightUnit, { ...run.event, counts: escapeForTerminal(run.event.counts) }),
    );
  if (startedAtMs !== null) parts.push(startText(startedAtMs));
  const samples = countSamples(profile);
  if (run !== null && samples > 0)
    parts.push(`${((100 * countOutcomes(profile).complete) / samples).toFixed(1)} % complete stacks`);
  if (source !== 'jtrace') parts.push(`read from: ${source}`);
  return parts.join(' · ');
}

/** For a profile without samples. */
export function pageAdvice({ facts: { run, problems } }: Recording): readonly string[] {
  const lines = problems.map((problem) => `The recording is not whole: ${escapeForTerminal(problem)}.`);
  return [...lines, ...noSamplesAdvice(run)];
}

function targetFactRows({ run, title }: RecordingFacts): readonly PageFactRow[] {
  if (run === null) return [plain(escapeForTerminal(title))];
  return [...(run.isWholeMachine ? [plain('all processes of the machine')] : []), ...run.targets.flatMap(targetRows)];
}

function targetRows(target: TargetFacts): readonly PageFactRow[] {
  return [
    plain(targetText(target)),
    ...target.vmFlags.map(({ name: flag, value, note }) => ({
      ...plain(`${escapeForTerminal(flag)}=${escapeForTerminal(value)}${note === '' ? '' : `: ${escapeForTerminal(note)}`}`),
      sub: true,
    })),
  ];
}

function targetText({ pid, mainClass, program, jdkVersion, container }: TargetFacts): string {
  const what = escapeForTerminal(mainClass || program);
  const name = what === '' ? '' : ` ${what}`;
  const jdk = jdkVersion === '' ? '' : `, JDK ${escapeForTerminal(jdkVersion)}`;
  return `process ${String(pid)}${name}${jdk}${container === '' ? '' : `, ${escapeForTerminal(container)}`}`;
}

function ratesText({ durationMs, rateHz, end }: Pick<RunFacts, 'durationMs' | 'rateHz' | 'end'>): string {
  const early = END_TEXTS[end] === '' ? '' : ` (${END_TEXTS[end]})`;
  // Recordings of different rates were put together: no one rate.
  const rate = rateHz > 0 ? ` at ${String(rateHz)} Hz` : '';
  return `${(durationMs / 1000).toFixed(1)} s${early}${rate}`;
}

function startText(startedAtMs: number): string {
  if (Math.abs(startedAtMs) > MAX_DATE_MS) return 'from a time that is none';
  return `from ${new Date(startedAtMs)
    .toISOString()
    .replace(/\.\d+Z$/, ' UTC')
    .replace('T', ' ')}`;
}

function sampledRows(profile: Profile, { run, startedAtMs, source }: RecordingFacts): readonly PageFactRow[] {
  const event = run?.event ?? null;
  const own = event === null ? null : { ...event, counts: escapeForTerminal(event.counts) };
  const rows =
    own === null
      ? [counted(countSamples(profile), 'samples')]
      : [counted(countSamples(profile), profile.weightUnit === 'samples' ? own.counts : 'stacks')];
  if (own !== null && profile.weightUnit !== 'samples')
    rows.push(plain(eventWeightText(totalOf(profile), profile.weightUnit, own)));
  if (own !== null) rows.push(plain(`event: ${escapeForTerminal(own.name)}`));
  if (run !== null) rows.push(plain(ratesText(run)));
  if (run !== null && run.reduction !== null) rows.push(plain(reductionText(run.reduction)));
  if (startedAtMs !== null) rows.push(plain(startText(startedAtMs)));
  if (source !== 'jtrace') rows.push(plain(`read from: ${source}`));
  return rows;
}

function totalOf({ samples }: Profile): number {
  return samples.weight.reduce((sum, weight) => sum + weight, 0);
}

function machineText(kernel: string, bpftraceVersion: string): string {
  return `kernel ${escapeForTerminal(kernel)}, bpftrace ${escapeForTerminal(bpftraceVersion.replace(/^bpftrace v?/, ''))}`;
}

function outcomeRows(profile: Profile): readonly PageFactRow[] {
  if (profile.samples.stack.length === 0) return [];
  const { complete, approximate, unfinished, approximateReasons, unfinishedReasons } = countOutcomes(profile);
  return [
    counted(complete, 'complete'),
    counted(approximate, 'approximate'),
    ...reasonRows(approximateReasons, APPROXIMATE_TEXTS),
    counted(unfinished, 'unfinished'),
    ...reasonRows(unfinishedReasons, UNFINISHED_TEXTS),
  ];
}

function reasonRows<Reason extends string>(
  counts: Readonly<Partial<Record<Reason, number>>>,
  texts: Readonly<Record<Reason, string>>,
): readonly PageFactRow[] {
  return (Object.entries(counts) as [Reason, number][])
    .sort((a, b) => b[1] - a[1])
    .map(([reason, count]) => ({ ...counted(count, `${reason}: ${texts[reason]}`, true), reason }));
}

function leafRows(profile: Profile): readonly PageFactRow[] {
  return (Object.entries(countLeafKinds(profile)) as [FrameKind, number][])
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => counted(count, LEAF_TEXTS[kind]));
}

function lostRows(lostEvents: number, brokenSamples: number): readonly PageFactRow[] {
  if (lostEvents === 0 && brokenSamples === 0) return [plain('nothing')];
  return [counted(lostEvents, 'events lost on their way from the kernel'), counted(brokenSamples, 'samples that arrived broken')];
}
