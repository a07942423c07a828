// A recording → the data of a page (two: diff-page-data.ts). Samples of one moment, thread and stack become one row.

import type { StackOutcome } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { unitName } from '../model/weight-text.ts';
import type { Recording } from '../model/recording.ts';
import { escapeForTerminal } from './escape-terminal.ts';
import type { RenderOptions } from './format.ts';
import type { PageData, RowQuality } from './page-data.ts';
import { MAX_DATE_MS, pageAdvice, pageFacts, pageSubtitle } from './page-facts.ts';
import { pageReasons } from './page-reasons.ts';
import { PAGE_KINDS, PageTree } from './page-tree.ts';

/** More slices of time than a strip has pixels on most screens; a tick of 99 Hz in 10 s has one of its own. */
const TIME_SLICES = 1000;
const NS_PER_MS = 1e6;

const QUALITY = { complete: 0, approximate: 1, unfinished: 2 } as const satisfies Record<StackOutcome['kind'], RowQuality>;

/** The page of one recording. */
export function pageDataOf(recording: Recording, options: RenderOptions): PageData {
  const { profile, facts } = recording;
  const tree = new PageTree(options);
  const leaves = tree.add(profile);
  const time = timeOf(recording);
  const { nodes, place } = tree.finish();
  const slices = profile.samples.timeNs.map((timeNs) => (time === null ? 0 : sliceOf(timeNs - facts.startNs, time)));
  return {
    version: 1,
    title: escapeForTerminal(facts.title),
    subtitle: pageSubtitle(recording),
    unit: escapeForTerminal(unitName(profile.weightUnit, facts.run?.event ?? null)),
    texts: tree.frames.texts,
    kinds: PAGE_KINDS,
    frames: tree.frames.columns,
    nodes,
    rows: rowsOf([{ profile, leaves, slices, side: 0 }], place),
    threads: threadsOf(profile),
    time,
    differential: null,
    facts: pageFacts(recording),
    reasons: pageReasons(facts.run === null ? [] : [profile]),
    advice: pageAdvice(recording),
  };
}

interface Side {
  readonly profile: Profile;
  /** By sample: its node, as numbered before preorder. */
  readonly leaves: Int32Array;
  readonly slices: readonly number[];
  readonly side: 0 | 1;
}

const ROW_COLUMNS = ['slice', 'node', 'thread', 'quality', 'side'] as const;

function rowsOf(sides: readonly Side[], place: Int32Array): PageData['rows'] {
  const count = sides.reduce((sum, { leaves }) => sum + leaves.length, 0);
  const samples = { slice: new Int32Array(count), node: new Int32Array(count), thread: new Int32Array(count), quality: new Int32Array(count), side: new Int32Array(count) }; // prettier-ignore
  const weights = new Float64Array(count);
  let at = 0;
  for (const { profile, leaves, slices, side } of sides) {
    const { thread, outcome, weight } = profile.samples;
    const qualities = profile.outcomes.map(({ kind }) => QUALITY[kind]);
    for (let sample = 0; sample < leaves.length; sample += 1, at += 1) {
      samples.slice[at] = slices[sample] ?? 0;
      samples.node[at] = place[leaves[sample] ?? 0] ?? 0;
      samples.thread[at] = sides.length > 1 ? 0 : (thread[sample] ?? 0); // two recordings share no threads
      samples.quality[at] = qualities[outcome[sample] ?? 0] ?? 0;
      samples.side[at] = side;
      weights[at] = weight[sample] ?? 0;
    }
  }
  const compare = (a: number, b: number): number => {
    for (const name of ROW_COLUMNS) {
      const difference = (samples[name][a] ?? 0) - (samples[name][b] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  const columns = { slice: [] as number[], node: [] as number[], thread: [] as number[], quality: [] as number[], side: [] as number[] }; // prettier-ignore
  const weight: number[] = [];
  let last = -1;
  for (const sample of Uint32Array.from({ length: count }, (_, index) => index).sort(compare)) {
    if (last >= 0 && compare(last, sample) === 0) {
      weight[weight.length - 1] = (weight[weight.length - 1] ?? 0) + (weights[sample] ?? 0);
      continue;
    }
    for (const name of ROW_COLUMNS) columns[name].push(samples[name][sample] ?? 0);
    weight.push(weights[sample] ?? 0);
    last = sample;
  }
  return { ...columns, quality: columns.quality as RowQuality[], side: columns.side as (0 | 1)[], weight };
}

function threadsOf(profile: Profile): PageData['threads'] {
  return profile.threads.map(({ name, tid, pid }) => ({ name: escapeForTerminal(name), tid, pid }));
}

function timeOf({ profile, facts }: Recording): PageData['time'] {
  if (!facts.hasTimes || profile.samples.timeNs.length === 0) return null;
  const lastNs = profile.samples.timeNs.reduce((most, timeNs) => Math.max(most, timeNs - facts.startNs), 0);
  const durationMs = Math.max(facts.run?.durationMs ?? 0, lastNs / NS_PER_MS);
  if (!(durationMs > 0)) return null;
  const { startedAtMs } = facts;
  const hasClock = startedAtMs !== null && Math.abs(startedAtMs) + durationMs <= MAX_DATE_MS;
  return { slices: TIME_SLICES, sliceMs: durationMs / TIME_SLICES, startedAtMs: hasClock ? startedAtMs : null };
}

function sliceOf(ageNs: number, { slices, sliceMs }: NonNullable<PageData['time']>): number {
  return Math.min(slices - 1, Math.max(0, Math.floor(ageNs / NS_PER_MS / sliceMs)));
}
