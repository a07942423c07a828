// New programs are looked at for a while: until all is known, or they are no JVM after all.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StartingJvms } from '../../../src/app/starting-jvms.ts';
import { asPid } from '../../../src/model/units.ts';

const [A, B] = [asPid(11), asPid(12)];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('until it is known', () => {
  const looked: number[] = [];
  const starting = new StartingJvms((pid) => looked.push(pid) >= 3);
  starting.watch(A);
  vi.advanceTimersByTime(10_000);
  expect(looked).toEqual([A, A, A]);
  expect(vi.getTimerCount()).toBe(0);
});

test('not for ever, not after its end, not after the run’s', () => {
  let looks = 0;
  const starting = new StartingJvms(() => (looks += 1) < 0);
  starting.watch(A);
  vi.advanceTimersByTime(60_000);
  expect(looks).toBe(100);
  expect(vi.getTimerCount()).toBe(0);
  starting.watch(A);
  starting.forget(A);
  vi.advanceTimersByTime(60_000);
  expect(looks).toBe(100);
  starting.watch(B);
  starting.close();
  vi.advanceTimersByTime(60_000);
  expect(looks).toBe(100);
});

test('so many at a time', () => {
  const looked = new Set<number>();
  const starting = new StartingJvms((pid) => looked.add(pid).size < 0);
  for (let pid = 1; pid <= 100; pid++) starting.watch(asPid(pid));
  vi.advanceTimersByTime(100);
  expect(looked.size).toBe(32);
  starting.close();
});
