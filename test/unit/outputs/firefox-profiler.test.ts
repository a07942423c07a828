// Against the processed format as the Firefox Profiler's types and samply's snapshots have it, version 62.

import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Recording } from '../../../src/model/recording.ts';
import { FIREFOX_FORMAT, FIREFOX_GZIP_FORMAT } from '../../../src/outputs/firefox-profiler.ts';
import type { RenderOptions } from '../../../src/outputs/format.ts';
import {
  type Check,
  hasShape,
  isFlag,
  isIndex,
  isList,
  isNumber,
  isOneOf,
  isTable,
  isText,
  orNull,
} from '../../support/check-json.ts';
import { bytesOf, hostileProfile, recording, runFacts } from '../../support/recordings.ts';
import { drawProfile } from '../profile/draw-profile.ts';

interface File {
  readonly meta: { readonly categories: readonly { name: string; color: string }[]; readonly interval: number };
  readonly shared: {
    readonly stringArray: readonly string[];
    readonly frameTable: { readonly func: readonly number[]; readonly category: readonly number[]; readonly length: number };
    readonly funcTable: { readonly name: readonly number[]; readonly length: number };
    readonly resourceTable: { readonly length: number };
    readonly stackTable: {
      readonly prefix: readonly (number | null)[];
      readonly frame: readonly number[];
      readonly length: number;
    };
  };
  readonly threads: readonly {
    name: string;
    samples: { stack: number[]; time: number[]; weight: number[]; weightType: string };
  }[];
}

const NOTHING: Check = isList(() => undefined, 0);
const COLORS = [
  'purple',
  'green',
  'orange',
  'yellow',
  'lightblue',
  'blue',
  'brown',
  'magenta',
  'red',
  'lightred',
  'darkgrey',
  'grey',
];

function read(of: Recording, options: Partial<RenderOptions> = {}): File {
  const file = JSON.parse(bytesOf(FIREFOX_FORMAT, of, options).toString()) as File;
  const { stringArray, frameTable, funcTable, resourceTable, stackTable } = file.shared;
  const aText = isIndex(stringArray.length);
  hasShape({
    meta: hasShape({
      interval: isNumber, startTime: isNumber, processType: isNumber, product: isText, importedFrom: isText, stackwalk: isNumber,
      debug: isFlag, version: isNumber, preprocessedProfileVersion: isOneOf(62), symbolicated: isFlag,
      categories: isList(hasShape({ name: isText, color: isOneOf(...COLORS), subcategories: isList(isText) })),
      extensions: hasShape({ baseURL: NOTHING, id: NOTHING, name: NOTHING, length: isOneOf(0) }),
      markerSchema: NOTHING, pausedRanges: NOTHING,
      sampleUnits: hasShape({ time: isOneOf('ms'), eventDelay: isOneOf('ms'), threadCPUDelta: isOneOf('µs') }),
      usesOnlyOneStackType: isFlag, sourceCodeIsNotOnSearchfox: isFlag,
    }),
    libs: NOTHING, pages: NOTHING, counters: NOTHING, profilerOverhead: NOTHING,
    shared: hasShape({
      stringArray: isList(isText),
      frameTable: isTable({
        address: isOneOf(-1), inlineDepth: isNumber, category: isIndex(file.meta.categories.length), subcategory: isOneOf(0),
        func: isIndex(funcTable.length), nativeSymbol: isOneOf(null), innerWindowID: isOneOf(0), line: orNull(isNumber), column: isOneOf(null),
      }),
      funcTable: isTable({
        name: aText, isJS: isOneOf(false), relevantForJS: isOneOf(false), source: isOneOf(null), lineNumber: isOneOf(null), columnNumber: isOneOf(null),
        resource: (value, path) => value === -1 || isIndex(resourceTable.length)(value, path),
      }),
      resourceTable: isTable({ lib: isOneOf(null), name: aText, host: isOneOf(null), type: isNumber }),
      nativeSymbols: isTable({ address: isNumber, functionSize: isNumber, libIndex: isNumber, name: aText }),
      sources: isTable({ id: isText, filename: aText, startLine: isNumber, startColumn: isNumber, sourceMapURL: aText }),
      stackTable: isTable({ prefix: orNull(isIndex(stackTable.length)), frame: isIndex(frameTable.length) }),
    }),
    threads: isList(hasShape({
      name: isText, processName: isText, processType: isOneOf('default'), isMainThread: isFlag, pid: isText, tid: isText,
      registerTime: isNumber, unregisterTime: isOneOf(null), processStartupTime: isNumber, processShutdownTime: isOneOf(null),
      pausedRanges: NOTHING, showMarkersInTimeline: isFlag,
      markers: hasShape({ category: NOTHING, data: NOTHING, endTime: NOTHING, name: NOTHING, phase: NOTHING, startTime: NOTHING, length: isOneOf(0) }),
      samples: (value, path) => {
        const { weightType, ...table } = value as Record<string, unknown>;
        isOneOf('samples', 'tracing-ms', 'bytes')(weightType, `${path}.weightType`);
        isTable({ stack: isIndex(stackTable.length), time: isNumber, weight: isNumber, ...('threadCPUDelta' in table ? { threadCPUDelta: isNumber } : {}) })(table, path);
      },
    })),
  })(file, 'file'); // prettier-ignore
  // Callers stand before what they call: the profiler walks the table once.
  stackTable.prefix.forEach((prefix, i) => expect(prefix === null || prefix < i).toBe(true));
  return file;
}

function stacksOf({ shared, threads, meta }: File): unknown {
  const { stackTable, frameTable, funcTable, stringArray } = shared;
  const textOf = (stack: number): string => {
    const frame = stackTable.frame[stack] ?? -1;
    const name = stringArray[funcTable.name[frameTable.func[frame] ?? -1] ?? -1] ?? '?';
    const prefix = stackTable.prefix[stack] ?? null;
    return `${prefix === null ? '' : `${textOf(prefix)};`}${name} (${meta.categories[frameTable.category[frame] ?? -1]?.name ?? '?'})`;
  };
  return threads.map(({ name, samples }) => [
    name,
    ...samples.stack.map((stack, i) => [textOf(stack), samples.time[i], samples.weight[i]]),
  ]);
}

test('samples by thread with times, kinds as categories', () => {
  const profile = drawProfile([
    { stack: 'k/kernel < a/c2 < main/interpreted', thread: 'x' },
    { stack: 'b/inlined < main/interpreted', thread: 'y', weight: 2 },
    { stack: 'a/c2 < main/interpreted', thread: 'x' },
  ]);
  const timeNs = [2_000_000, 3_000_000, 1_500_000];
  const file = read(
    recording({ ...profile, samples: { ...profile.samples, timeNs } }, { startNs: 1_000_000, run: runFacts(100) }),
  );
  expect(file.meta.interval).toBe(10);
  expect(stacksOf(file)).toEqual([
    [
      'x',
      ['main (Java (interpreted));a (Java (compiled))', 0.5, 1],
      ['main (Java (interpreted));a (Java (compiled));k (Kernel)', 1, 1],
    ],
    ['y', ['main (Java (interpreted));b (Java (inlined))', 2, 2]],
  ]);
});

test('how much CPU a thread used, where rate and times are known', () => {
  const profile = drawProfile([{ stack: 'a' }, { stack: 'b', weight: 2 }]);
  expect(read(recording(profile, { run: runFacts(100) })).threads[0]?.samples).toMatchObject({
    threadCPUDelta: [10_000, 20_000],
  });
  for (const facts of [{ hasTimes: false, run: runFacts(100) }, { run: null }])
    expect(read(recording(profile, facts)).threads[0]?.samples).not.toHaveProperty('threadCPUDelta');
});

test('without times samples stand a millisecond apart; nanoseconds are weights in ms', () => {
  const profile = drawProfile([{ stack: 'a', weight: 3_000_000 }, { stack: 'b' }]);
  const file = read(recording({ ...profile, weightUnit: 'nanoseconds' }, { hasTimes: false }));
  expect(file.threads[0]?.samples).toMatchObject({ time: [0, 1], weight: [3, 1e-6], weightType: 'tracing-ms' });
});

test('native frames left out', () => {
  const profile = drawProfile([{ stack: 'memcpy/native < A.run/c1 < start/vm' }, { stack: 'x/native' }]);
  expect(stacksOf(read(recording(profile, { hasTimes: false }), { native: false }))).toEqual([
    ['main', ['A.run (Java (C1))', 0, 1], ['[native] (Native)', 1, 1]],
  ]);
});

test('hostile names, no samples, compressed', () => {
  const hostile = recording(hostileProfile());
  for (const text of read(hostile).shared.stringArray) expect(text).not.toMatch(/[\u0000-\u001f\u202e]/u);
  expect(read(recording(drawProfile([]))).threads).toEqual([]);
  expect(gunzipSync(bytesOf(FIREFOX_GZIP_FORMAT, hostile)).equals(bytesOf(FIREFOX_FORMAT, hostile))).toBe(true);
});
