// What a run knows of when it began → facts of its recording: ages count from the beginning of sampling, not from the first sample.

import { expect, test } from 'vitest';
import { SamplingClock } from '../../../src/app/sampling-start.ts';
import { recordingFacts } from '../../../src/profile/recording-facts.ts';
import { RUN } from '../../support/sample-recordings.ts';
import { drawProfile } from './draw-profile.ts';

const at = (timeNs: number[]) => {
  const profile = drawProfile(timeNs.map(() => ({ stack: 'a' })));
  return { ...profile, samples: { ...profile.samples, timeNs } };
};

test('a target that was idle first: its samples are as old as they are', () => {
  const facts = recordingFacts(at([8e9, 9e9]), { atMs: 1_000_000, ns: 3e9 }, RUN);
  expect(facts).toMatchObject({ startNs: 3e9, startedAtMs: 1_000_000 });
});

test('samples from before the last probe was attached move the beginning, on both clocks', () => {
  expect(recordingFacts(at([9e9, 2.5e9]), { atMs: 1_000_000, ns: 3e9 }, RUN)).toMatchObject({
    startNs: 2.5e9,
    startedAtMs: 999_500,
  });
});

test('no time heard of yet: from the first sample; nothing at all: 0', () => {
  expect(recordingFacts(at([4e9, 3e9]), { atMs: 7, ns: null }, RUN)).toMatchObject({ startNs: 3e9, startedAtMs: 7 });
  expect(recordingFacts(at([]), { atMs: null, ns: null }, RUN)).toMatchObject({ startNs: 0, startedAtMs: null });
  expect(recordingFacts(at([]), { atMs: 7, ns: 3e9 }, RUN)).toMatchObject({ startNs: 3e9, startedAtMs: 7 });
});

test('the clock: what is heard soonest counts; before the beginning nothing', () => {
  const clock = new SamplingClock();
  clock.heard(5e9, 90);
  expect(clock.start).toEqual({ atMs: null, ns: null });
  clock.begin(100, 1_000_000);
  expect(clock.start).toEqual({ atMs: 1_000_000, ns: null });
  clock.heard(6e9, 600); // 500 ms after the beginning, of which it was under way for 20
  clock.heard(7e9, 1580);
  clock.heard(8e9, 2800);
  expect(clock.start).toEqual({ atMs: 1_000_000, ns: 5.52e9 });
});
