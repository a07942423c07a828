// How long a run sampled, as it is told to the reader of its counts.

import { expect, test } from 'vitest';
import { SamplingClock } from '../../../src/app/sampling-start.ts';

test('as long as its samples say, where that is longer than its own clock does', () => {
  const clock = new SamplingClock();
  expect(clock.sampledMs(4000)).toBe(4000);
  clock.sampled(7e9);
  expect(clock.sampledMs(4000)).toBe(4000);
  clock.sampled(11.5e9);
  clock.sampled(6.9e9);
  expect(clock.sampledMs(4000)).toBe(4600);
  expect(clock.sampledMs(5000)).toBe(5000);
});
