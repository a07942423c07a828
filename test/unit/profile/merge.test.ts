// Several recordings as one: the samples of all, what is the same kept once, one clock.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Recording } from '../../../src/model/recording.ts';
import { mergeRecordings } from '../../../src/profile/merge.ts';
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
  const slow = { profile, facts: { ...FACTS, title: 'B', problems: ['cut'], run: { ...RUN, rateHz: 49, kernel: '6.12', end: 'failed' as const } } }; // prettier-ignore
  const merged = mergeRecordings([{ profile, facts: FACTS }, slow]);
  expect(merged.facts.problems).toEqual(['cut', 'rates differ (99 Hz, 49 Hz): a sample does not stand for the same time in all']);
  expect(merged.facts).toMatchObject({ title: 'org.acme.Main + B', run: { kernel: '6.1.0 + 6.12', end: 'failed' } });
  expect(mergeRecordings([slow, { profile, facts: { ...FACTS, run: null } }]).facts.run).toBeNull();
  const bytes = { profile: { ...profile, weightUnit: 'bytes' as const }, facts: FACTS };
  expect(() => mergeRecordings([slow, bytes])).toThrow('these profiles count different things: samples and bytes');
});
