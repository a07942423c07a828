// Several recordings as one: the samples of all, what is the same kept once, one clock.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Recording } from '../../../src/model/recording.ts';
import { MAX_DURATION_MS, MAX_SAMPLES } from '../../../src/model/recording-limits.ts';
import { mergeRecordings } from '../../../src/profile/merge.ts';
import { decodeRecording } from '../../../src/recording/decode.ts';
import { encodeRecording } from '../../../src/recording/encode.ts';
import { assertProfileIntegrity } from '../../support/assert-profile-integrity.ts';
import { anySamples, builderOf, FACTS, RUN, samplesOf } from '../../support/sample-recordings.ts';
import { drawProfile } from './draw-profile.ts';

const withoutTimes = (recording: Recording): unknown[] => samplesOf(recording).map((row) => ({ ...(row as object), timeNs: 0 }));

test('any recordings: their samples, one recording after the other', () => {
  fc.assert(
    fc.property(fc.array(anySamples, { minLength: 1, maxLength: 4 }), (lists) => {
      const recordings = lists.map((samples) => ({ profile: builderOf(samples).build(), facts: FACTS }));
      const merged = mergeRecordings(recordings);
      assertProfileIntegrity(merged.profile);
      expect(withoutTimes(merged)).toEqual(recordings.flatMap(withoutTimes));
    }),
  );
});

test('a recording with itself: twice the samples, nothing else twice', () => {
  const profile = drawProfile([{ stack: 'a < main' }, { stack: 'b < main', thread: 'other' }]);
  const merged = mergeRecordings([
    { profile, facts: FACTS },
    { profile, facts: FACTS },
  ]);
  expect({ ...merged.profile, samples: null }).toEqual({ ...profile, samples: null });
  expect(merged.profile.samples.stack).toEqual([1, 2, 1, 2]);
  expect(merged.facts).toMatchObject({
    source: 'merged',
    title: 'org.acme.Main',
    run: { durationMs: 20_000, targets: RUN.targets },
  });
});

const timed = (startedAtMs: number | null, startNs: number, timeNs: number[], hasTimes = true): Recording => {
  const profile = drawProfile(timeNs.map(() => ({ stack: 'a' })));
  return {
    profile: { ...profile, samples: { ...profile.samples, timeNs } },
    facts: { ...FACTS, startedAtMs, startNs, hasTimes },
  };
};

test('one clock where all know the time of day; else all begin at once; without times none', () => {
  const [first, later] = [timed(1000, 5e9, [5e9, 6e9]), timed(3500, 70e9, [70e9, 71e9])];
  const merged = mergeRecordings([later, first]);
  expect(merged.profile.samples.timeNs).toEqual([2.5e9, 3.5e9, 0, 1e9]);
  expect(merged.facts).toMatchObject({ startedAtMs: 1000, startNs: 0, hasTimes: true, problems: [] });

  const unplaced = mergeRecordings([first, timed(null, 9e9, [9e9])]);
  expect(unplaced.profile.samples.timeNs).toEqual([0, 1e9, 0]);
  expect(unplaced.facts).toMatchObject({ startedAtMs: null, hasTimes: true });

  const timeless = mergeRecordings([first, timed(null, 0, [0], false)]);
  expect(timeless.profile.samples.timeNs).toEqual([0, 0, 0]);
  expect(timeless.facts).toMatchObject({ hasTimes: false, problems: ['times are left out: not every input has them'] });
});

test('what differs is told, and what cannot be added up is refused', () => {
  const profile = drawProfile([{ stack: 'a' }]);
  const other = { profile, facts: { ...FACTS, title: 'B', problems: ['cut'], run: { ...RUN, kernel: '6.12', end: 'failed' as const } } }; // prettier-ignore
  const merged = mergeRecordings([{ profile, facts: FACTS }, other]);
  expect(merged.facts.problems).toEqual(['B: cut']);
  expect(mergeRecordings([merged, other]).facts.problems).toEqual(['B: cut']);
  expect(merged.facts).toMatchObject({ title: 'org.acme.Main + B', run: { kernel: '6.1.0 + 6.12', end: 'failed' } });
  expect(mergeRecordings([other, { profile, facts: { ...FACTS, run: null } }]).facts.run).toBeNull();
  const bytes = { profile: { ...profile, weightUnit: 'bytes' as const }, facts: FACTS };
  expect(() => mergeRecordings([other, bytes])).toThrow('these profiles count different things: samples and bytes');
});

test('a second of CPU weighs the same whatever its rate: samples of different rates become time', () => {
  const [a, b] = [drawProfile([{ stack: 'a' }, { stack: 'a' }]), drawProfile([{ stack: 'b' }])];
  const at = (profile: typeof a, rateHz: number): Recording => ({ profile, facts: { ...FACTS, run: { ...RUN, rateHz } } });
  const merged = mergeRecordings([at(a, 200), at(b, 100)]);
  expect(merged.profile).toMatchObject({ weightUnit: 'nanoseconds', samples: { weight: [5e6, 5e6, 1e7] } });
  expect(merged.facts).toMatchObject({ problems: [], run: { rateHz: 0 } });
  // Also with what is time already: the sum of such a merge, or another tool's.
  const more = mergeRecordings([merged, at(b, 1000)]);
  expect(more.profile).toMatchObject({ weightUnit: 'nanoseconds', samples: { weight: [5e6, 5e6, 1e7, 1e6] } });
  expect(mergeRecordings([at(a, 99), at(b, 99)])).toMatchObject({
    profile: { weightUnit: 'samples' },
    facts: { run: { rateHz: 99 } },
  });
});

test('an unknown rate: told beside a known one, refused beside time', () => {
  const profile = drawProfile([{ stack: 'a' }]);
  const folded: Recording = { profile, facts: { ...FACTS, source: 'folded', title: 'x.folded', run: null } };
  const { facts } = mergeRecordings([{ profile, facts: FACTS }, folded]);
  expect(facts.problems).toEqual(['the rate of x.folded is not known: a sample may not stand for the same time in all']);
  expect(mergeRecordings([folded, folded]).facts.problems).toEqual([]);
  const time = { profile: { ...profile, weightUnit: 'nanoseconds' as const }, facts: FACTS };
  expect(() => mergeRecordings([folded, time])).toThrow('these profiles count different things: samples and nanoseconds');
});

test('more samples together than one recording holds are refused in one line', () => {
  const profile = drawProfile([{ stack: 'a < main' }]);
  const half = { ...profile, samples: { ...profile.samples, stack: Object.assign([], { length: MAX_SAMPLES / 2 + 1 }) } };
  const recordings = [half, half].map((one) => ({ profile: one, facts: FACTS }));
  expect(() => mergeRecordings(recordings)).toThrow(
    'these recordings have 33,554,434 samples together, and one holds 33,554,432',
  );
});

test('rates and weights as extreme as a file may have them: the sum can be written and read', () => {
  const drawn = drawProfile([{ stack: 'a < main' }, { stack: 'b' }]);
  const profile = { ...drawn, samples: { ...drawn.samples, weight: [0, Number.MAX_SAFE_INTEGER] } };
  const recordings = [5e-324, 99, 1e6].map((rateHz) => ({
    profile,
    facts: { ...FACTS, run: { ...RUN, rateHz, durationMs: MAX_DURATION_MS, lostEvents: Number.MAX_SAFE_INTEGER } },
  }));
  const merged = mergeRecordings(recordings);
  const file = Buffer.concat([...encodeRecording(merged.profile, merged.facts)]);
  const read = decodeRecording(file, 'x.jtrace');
  expect(read.facts.problems).toEqual([]);
  expect(read.profile.samples.weight).toEqual(recordings.flatMap(() => [0, Number.MAX_SAFE_INTEGER]));
});
