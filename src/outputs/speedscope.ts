// Recording → speedscope's own JSON (speedscope.app/file-format-schema.json): frames once, one sampled profile per thread. Where the
// rate and the times of samples are known, a profile runs on the clock: each sample lasts one period and the time between them is
// an empty stack, so that speedscope's time order shows when things ran. Else samples stand in a row with their weights. A frame is a
// function there, told apart by its place in the list: one for each name and library, or speedscope's tables would have a method once
// per line and kind. Leaves out: kinds of frames (but for `_[k]`), lines (without --lines), bytecode indexes, outcomes. Pure.

import type { Frame } from '../model/frame.ts';
import type { Recording } from '../model/recording.ts';
import { escapeControls } from './escape-folded.ts';
import { frameName } from './frame-name.ts';
import type { OutputFormat, RenderOptions } from './format.ts';
import { jsonArray } from './json-pieces.ts';
import { samplePeriodNs, samplesByThread, visibleFrames } from './visible-stacks.ts';

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json';
const UNITS = { samples: 'none', nanoseconds: 'nanoseconds', bytes: 'bytes' } as const;
/** Ticks come late by less; a longer gap is time in which the thread did not run. */
const GAP_PERIODS = 0.5;

/** A run of one thread on the same stack; stack -1: it did not run. */
interface Span {
  readonly stack: number;
  weight: number;
}

/** The file in pieces. */
export function* speedscopePieces(recording: Recording, options: RenderOptions): Generator<string> {
  const { profile, facts } = recording;
  const { frames, leafFirst } = visibleFrames(profile, options);
  const title = escapeControls(facts.title);
  yield `{"$schema":"${SCHEMA}","exporter":"jtrace","name":${JSON.stringify(title)},"activeProfileIndex":0,"shared":{"frames":`;
  const { texts, indexOf } = functionsOf(frames, options.lines);
  yield* jsonArray(texts);
  yield '},"profiles":[';
  const periodNs = facts.hasTimes ? samplePeriodNs(profile, facts) : null;
  let lead = '';
  for (const [index, list] of threadsByWeight(recording)) {
    const { name = '', tid = 0 } = profile.threads[index] ?? {};
    const spans = spansOf(recording, list, periodNs);
    const total = spans.reduce((sum, { weight }) => sum + weight, 0);
    const head = {
      type: 'sampled',
      name: `${name === '' ? title : escapeControls(name)}${tid === 0 ? '' : ` (${String(tid)})`}`,
      unit: periodNs === null ? UNITS[profile.weightUnit] : 'nanoseconds',
      startValue: 0,
      endValue: total,
    };
    yield `${lead}${JSON.stringify(head).slice(0, -1)},"samples":`;
    yield* jsonArray(stackTexts(spans, (stack) => leafFirst(stack).map((frame) => indexOf[frame] ?? 0)));
    yield ',"weights":';
    yield* jsonArray(spans.map(({ weight }) => weight));
    yield '}';
    lead = ',';
  }
  yield ']}\n';
}

/** The list of frames as JSON, and the place of each of the profile's frames in it. */
function functionsOf(
  frames: readonly Frame[],
  lines: boolean,
): { readonly texts: Iterable<string>; readonly indexOf: Int32Array } {
  const indexes = new Map<string, number>();
  const indexOf = Int32Array.from(frames, (frame) => {
    const name = frameName(frame, lines, escapeControls);
    const text = JSON.stringify({ name, ...(frame.library === '' ? {} : { file: escapeControls(frame.library) }) });
    const index = indexes.get(text) ?? indexes.size;
    indexes.set(text, index);
    return index;
  });
  return { texts: indexes.keys(), indexOf };
}

function* stackTexts(spans: readonly Span[], leafFirst: (stack: number) => number[]): Generator<string> {
  for (const { stack } of spans) yield stack < 0 ? '[]' : `[${leafFirst(stack).reverse().join()}]`;
}

/** Threads that have samples, those with most first: speedscope opens the first. */
function threadsByWeight({ profile }: Recording): readonly (readonly [number, readonly number[]])[] {
  const weightOf = (list: readonly number[]): number =>
    list.reduce((sum, sample) => sum + (profile.samples.weight[sample] ?? 0), 0);
  return samplesByThread(profile)
    .map((list, index) => ({ list, index, weight: weightOf(list) }))
    .filter(({ list }) => list.length > 0)
    .sort((a, b) => b.weight - a.weight || a.index - b.index)
    .map(({ list, index }) => [index, list] as const);
}

function spansOf({ profile, facts }: Recording, list: readonly number[], periodNs: number | null): readonly Span[] {
  const { stack, weight, timeNs } = profile.samples;
  const spans: Span[] = [];
  const add = (at: number, more: number): void => {
    const last = spans.at(-1);
    if (last?.stack === at) last.weight += more;
    else spans.push({ stack: at, weight: more });
  };
  let nowNs = facts.startNs;
  for (const sample of list) {
    const own = weight[sample] ?? 0;
    if (periodNs !== null) {
      // A tick ends the period it stands for.
      const gapNs = (timeNs[sample] ?? 0) - own * periodNs - nowNs;
      if (gapNs > GAP_PERIODS * periodNs) add(-1, gapNs);
      nowNs += (gapNs > GAP_PERIODS * periodNs ? gapNs : 0) + own * periodNs;
    }
    add(stack[sample] ?? 0, own * (periodNs ?? 1));
  }
  return spans;
}

export const SPEEDSCOPE_FORMAT: OutputFormat = {
  name: 'speedscope',
  endings: ['.speedscope.json'],
  does: 'threads over time: speedscope.app',
  render: (recording, options) => speedscopePieces(recording, options),
};
