// Recording → the Firefox Profiler's processed format (profiler.firefox.com; docs-developer/processed-profile-format.md), version 62:
// frame, function and stack tables shared by all threads, as ours are, and samples per thread. What kind of code a frame is in is
// its category. Newer profilers upgrade the version by themselves. Without times samples stand one millisecond apart. Sources:
// firefox-devtools/profiler's types, samply's fxprof-processed-profile, which writes the same version. Leaves out: addresses,
// bytecode indexes, outcomes. Pure.

import type { Recording } from '../model/recording.ts';
import { escapeControls } from './escape-folded.ts';
import type { OutputFormat, RenderOptions } from './format.ts';
import { FIREFOX_CATEGORIES, firefoxTables } from './firefox-tables.ts';
import { gzipMember } from './gzip-member.ts';
import { jsonColumns } from './json-pieces.ts';
import { samplePeriodNs, samplesByThread } from './visible-stacks.ts';

const PROCESSED_VERSION = 62;
/** The Gecko format's, which readers ignore in processed profiles. */
const GECKO_VERSION = 24;
const NANOSECONDS_PER_MS = 1e6;
const NANOSECONDS_PER_US = 1e3;
/** Between samples whose times are not known. */
const UNKNOWN_INTERVAL_MS = 1;

/** The file in pieces. */
export function* firefoxPieces(recording: Recording, options: RenderOptions): Generator<string> {
  yield `{"meta":${JSON.stringify(metaOf(recording))},"libs":[],"pages":[],"counters":[],"profilerOverhead":[],"shared":`;
  const stackOf = yield* firefoxTables(recording.profile, options);
  yield ',"threads":[';
  let lead = '';
  for (const [index, list] of samplesByThread(recording.profile).entries()) {
    if (list.length === 0) continue;
    yield lead;
    yield* threadPieces(recording, index, list, stackOf);
    lead = ',';
  }
  yield ']}\n';
}

function metaOf({ profile, facts }: Recording): object {
  const periodNs = samplePeriodNs(profile, facts);
  return {
    interval: periodNs === null ? UNKNOWN_INTERVAL_MS : periodNs / NANOSECONDS_PER_MS,
    startTime: facts.startedAtMs ?? 0,
    processType: 0,
    product: escapeControls(facts.title) || 'jtrace',
    importedFrom: 'jtrace',
    stackwalk: 1,
    debug: false,
    version: GECKO_VERSION,
    preprocessedProfileVersion: PROCESSED_VERSION,
    symbolicated: true,
    categories: FIREFOX_CATEGORIES,
    extensions: { baseURL: [], id: [], length: 0, name: [] },
    markerSchema: [],
    pausedRanges: [],
    sampleUnits: { time: 'ms', eventDelay: 'ms', threadCPUDelta: 'µs' },
    usesOnlyOneStackType: true,
    sourceCodeIsNotOnSearchfox: true,
  };
}

function* threadPieces(
  { profile, facts }: Recording,
  index: number,
  list: readonly number[],
  stackOf: Int32Array,
): Generator<string> {
  const { samples } = profile;
  const { pid = 0, tid = 0, name = '' } = profile.threads[index] ?? {};
  const timeMs = (sample: number, place: number): number =>
    facts.hasTimes ? ((samples.timeNs[sample] ?? 0) - facts.startNs) / NANOSECONDS_PER_MS : place * UNKNOWN_INTERVAL_MS;
  const isTime = profile.weightUnit === 'nanoseconds';
  const head = {
    name: escapeControls(name) || 'all',
    processName: escapeControls(facts.title),
    processType: 'default',
    isMainThread: pid !== 0 && Number(pid) === Number(tid),
    pid: String(pid),
    tid: String(tid),
    registerTime: 0,
    unregisterTime: null,
    processStartupTime: 0,
    processShutdownTime: null,
    pausedRanges: [],
    showMarkersInTimeline: false,
    markers: { category: [], data: [], endTime: [], name: [], phase: [], startTime: [], length: 0 },
  };
  yield `${JSON.stringify(head).slice(0, -1)},"samples":`;
  const periodNs = facts.hasTimes ? samplePeriodNs(profile, facts) : null;
  const columns = {
    stack: list.map((sample) => stackOf[samples.stack[sample] ?? -1] ?? 0),
    time: list.map(timeMs),
    weight: list.map((sample) => (samples.weight[sample] ?? 0) / (isTime ? NANOSECONDS_PER_MS : 1)),
    // What was used since the sample before: the profiler draws how busy a thread was from it, and sorts threads by it.
    ...(periodNs === null
      ? {}
      : { threadCPUDelta: list.map((sample) => Math.round(((samples.weight[sample] ?? 0) * periodNs) / NANOSECONDS_PER_US)) }),
  };
  const weightType = isTime ? 'tracing-ms' : profile.weightUnit;
  yield* jsonColumns(columns, `"weightType":"${weightType}","length":${String(list.length)}`);
  yield '}';
}

export const FIREFOX_FORMAT: OutputFormat = {
  name: 'firefox',
  endings: ['.firefox.json'],
  does: 'threads on a time line, kinds of code as categories: profiler.firefox.com',
  render: (recording, options) => firefoxPieces(recording, options),
};

export const FIREFOX_GZIP_FORMAT: OutputFormat = {
  name: 'firefox-gzip',
  endings: ['.firefox.json.gz', '.profile.json.gz'],
  does: 'the same, compressed',
  render: (recording, options) => gzipMember(firefoxPieces(recording, options)),
};
