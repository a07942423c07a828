// Threads of a process that sleep, by /proc: those that are not looked at are counted.

import { expect, test } from 'vitest';
import { asPid } from '../../../../src/model/units.ts';
import { stillAsleep, threadSwitches } from '../../../../src/target/processes/sleeping-threads.ts';

const OWN = asPid(process.pid);

test('threads beyond the limit are counted', () => {
  const all = threadSwitches(OWN);
  expect(all.others).toBe(0);
  // node has several.
  const one = threadSwitches(OWN, 1);
  expect(one.others).toBeGreaterThan(1);
  expect(one.counts.size).toBeLessThanOrEqual(1);
});

test('a process that is not there has none', () => {
  const none = threadSwitches(asPid(2 ** 22));
  expect(none).toEqual({ counts: new Map(), others: 0 });
  expect(stillAsleep(OWN, none)).toEqual([]);
});
