// What a sample of a counted event weighs, and when a tried event has the right number of samples.

import { expect, test } from 'vitest';
import { eventCapture } from '../../../src/app/event-capture.ts';
import { isRight } from '../../events/try-event.ts';

test.each([
  ['software:page-faults:100', 100],
  ['hardware:cache-misses:1000000', 1_000_000],
  ['software:page-faults:1', undefined],
  ['tracepoint:syscalls:sys_enter_read', undefined],
])('%s: one in %s', (event, oneIn) => {
  const capture = eventCapture({ event, minBlockedNs: 0, waker: false, intervalBytes: 0 }, null, () => undefined);
  expect(capture?.oneIn).toBe(oneIn);
});

test('twice as many as were done are not right where the event is exact', () => {
  expect(isRight(6, { name: 'f', exactly: 3 })).toBe(false);
  expect(isRight(3, { name: 'f', exactly: 3 })).toBe(true);
  expect(isRight(6, { name: 'f', least: 3 })).toBe(true);
  expect(isRight(2, { name: 'f', least: 3 })).toBe(false);
});
