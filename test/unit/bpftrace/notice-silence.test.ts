// A bpftrace that says nothing is noticed; a stall of jtrace, after which its words lie in the pipe, is no silence.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { noticeSilence } from '../../../src/bpftrace/notice-silence.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('ten looks in vain, more while it starts', async () => {
  const told: number[] = [];
  let heard = 0;
  const end = noticeSilence(() => heard, (seconds) => told.push(seconds)); // prettier-ignore
  await vi.advanceTimersByTimeAsync(170_000);
  heard = 1;
  for (let second = 0; second < 30; second += 5) {
    await vi.advanceTimersByTimeAsync(5000);
    heard += 1;
  }
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(told).toEqual([10]);
  end();
  const other = noticeSilence(() => 0, (seconds) => told.push(seconds)); // prettier-ignore
  await vi.advanceTimersByTimeAsync(100_000);
  other();
  await vi.advanceTimersByTimeAsync(200_000);
  expect(told).toEqual([10]);
});

test('each look is made after what has arrived was read', () => {
  const told: number[] = [];
  let heard = 0;
  const end = noticeSilence(() => heard, (seconds) => told.push(seconds), { lookMs: 1000, looks: 1, startLooks: 1 }); // prettier-ignore
  for (let stall = 0; stall < 5; stall++) {
    vi.advanceTimersToNextTimer();
    // Node reads what lies in the pipe after its timers.
    heard += 1;
    vi.advanceTimersToNextTimer();
  }
  expect(told).toEqual([]);
  end();
});
