// Filters keep what they say, whatever the tables look like; and what nothing passes is told with what would.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OperatorError } from '../../../src/model/errors.ts';
import type { Recording } from '../../../src/model/recording.ts';
import type { RecordingFilter } from '../../../src/model/view.ts';
import { filterRecording } from '../../../src/profile/filter.ts';
import { assertProfileIntegrity } from '../../support/assert-profile-integrity.ts';
import { anySamples, builderOf, FACTS, RUN, samplesOf } from '../../support/sample-recordings.ts';
import { foldedLines } from '../../../src/outputs/folded.ts';
import { drawProfile } from './draw-profile.ts';

const ALL: RecordingFilter = { thread: null, include: [], exclude: [], fromMs: null, toMs: null };
const DRAWN: Recording = {
  profile: drawProfile([
    { stack: 'read/native < A.a < M.main', thread: 'main' },
    { stack: 'B.b < A.a < M.main', thread: 'worker-1' },
    { stack: 'B.b < T.run', thread: 'worker-2' },
    { stack: 'park < T.run', thread: 'worker-2', outcome: { kind: 'unfinished', reason: 'stack-cut', detail: '' } },
  ]),
  facts: FACTS,
};
const folded = (filter: Partial<RecordingFilter>, recording = DRAWN): string[] => {
  const { profile } = filterRecording(recording, { ...ALL, ...filter });
  assertProfileIntegrity(profile);
  return [...foldedLines(profile, { byThread: false, lines: false, native: true })];
};
const errorOf = (filter: Partial<RecordingFilter>, recording = DRAWN): string => {
  try {
    folded(filter, recording);
  } catch (error) {
    if (error instanceof OperatorError) return `${error.message} | ${error.hint}`;
    throw error;
  }
  return '';
};

test('threads, frames, and both', () => {
  expect(folded({ thread: /worker/ })).toEqual(['M.main;A.a;B.b 1', 'T.run;B.b 1', 'T.run;park 1']);
  expect(folded({ include: [/^A\.a$/] })).toEqual(['M.main;A.a;read 1', 'M.main;A.a;B.b 1']);
  expect(folded({ include: [/^read$/, /park/] })).toEqual(['M.main;A.a;read 1', 'T.run;park 1']);
  expect(folded({ exclude: [/B\.b/, /read/] })).toEqual(['T.run;park 1']);
  expect(folded({ thread: /worker/, include: [/B/], exclude: [/M/] })).toEqual(['T.run;B.b 1']);
});

test('what no sample needs is gone from every table', () => {
  const { frames, threads, outcomes, stacks } = filterRecording(DRAWN, { ...ALL, include: [/park/] }).profile;
  expect(frames.frames.map(({ name }) => name)).toEqual(['T.run', 'park']);
  expect([threads.length, outcomes.length, stacks.prefix]).toEqual([1, 1, [-1, 0]]);
});

test('a window of time; the run lasts as long as the window', () => {
  const profile = { ...DRAWN.profile, samples: { ...DRAWN.profile.samples, timeNs: [5e9, 6e9, 7e9, 8.5e9] } };
  const recording = { profile, facts: { ...FACTS, startNs: 5e9 } };
  const cut = filterRecording(recording, { ...ALL, fromMs: 1000, toMs: 2000 });
  expect(cut.profile.samples.timeNs).toEqual([6e9]);
  expect(cut.facts).toMatchObject({ startNs: 5e9, run: { durationMs: 1000 } });
  expect(filterRecording(recording, { ...ALL, fromMs: 2000 }).facts.run?.durationMs).toBe(8000);
  expect(errorOf({ fromMs: 4000 }, recording)).toBe(
    'no sample is left by --from and --to | its last sample is 3.5 s after its start',
  );
  const timeless = { ...recording, facts: { ...FACTS, hasTimes: false } };
  expect(errorOf({ toMs: 5 }, timeless)).toMatch(/^--from and --to need times, and this profile has none/);
});

test('a window of a sum: no longer than the window, nor than the recordings lasted', () => {
  const profile = drawProfile([{ stack: 'a' }, { stack: 'b' }]);
  const timed = { ...profile, samples: { ...profile.samples, timeNs: [0, 65e9] } };
  const merged: Recording = { profile: timed, facts: { ...FACTS, source: 'merged', run: { ...RUN, durationMs: 20_000 } } };
  const durationMs = (parts: Partial<RecordingFilter>) => filterRecording(merged, { ...ALL, ...parts }).facts.run?.durationMs;
  expect([durationMs({ fromMs: 60_000 }), durationMs({ toMs: 3000 }), durationMs({ fromMs: 1000 })]).toEqual([
    5000, 3000, 20_000,
  ]);
});

test('what nothing passes', () => {
  expect(errorOf({ thread: /^http/ })).toBe('no sample is left by --thread ^http | threads: main, worker-1, worker-2');
  expect(errorOf({ thread: /main/, include: [/T\.run/] })).toMatch(/^no sample is left by --include T\\.run/);
  const many = drawProfile(Array.from({ length: 9 }, (_, i) => ({ stack: 'a', thread: `t${String(i)}` })));
  expect(errorOf({ thread: /x/ }, { profile: many, facts: FACTS })).toMatch(/t0, t1, t2, t3, t4, and 4 more$/);
  expect(folded({ thread: /x/ }, { profile: drawProfile([]), facts: FACTS })).toEqual([]);
});

test('any profile: the samples that pass, as they were', () => {
  fc.assert(
    fc.property(anySamples, (samples) => {
      const recording = { profile: builderOf(samples).build(), facts: FACTS };
      const wanted = samplesOf(recording).filter((_, i) => samples[i]?.frames.some(({ name }) => name.includes('e')) === true);
      if (wanted.length === 0) return;
      const filtered = filterRecording(recording, { ...ALL, include: [/e/] });
      assertProfileIntegrity(filtered.profile);
      expect(samplesOf(filtered)).toEqual(wanted);
    }),
  );
});
