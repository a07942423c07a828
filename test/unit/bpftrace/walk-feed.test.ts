// What a program is told is written again until it is confirmed, and given up in the end.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WalkFeed } from '../../../src/bpftrace/walk-feed.ts';
import { asPid } from '../../../src/model/units.ts';

const [A, B] = [asPid(11), asPid(12)];
let written: string[] = [];
const feedOf = (): WalkFeed => new WalkFeed((words) => written.push(words.join(' ')));

beforeEach(() => {
  written = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('again and again until it is confirmed; before all probes are attached without end', () => {
  const feed = feedOf();
  feed.feed(A, ['a', 'b']);
  vi.advanceTimersByTime(60_000);
  expect(new Set(written)).toEqual(new Set(['a b']));
  const before = written.length;
  expect(before).toBeGreaterThan(1000);
  feed.confirmed(A);
  vi.advanceTimersByTime(1000);
  expect(written).toHaveLength(before);
  expect(vi.getTimerCount()).toBe(0);
});

test('ready: settles when all that was told is confirmed, not what came later', async () => {
  const feed = feedOf();
  feed.feed(A, ['a']);
  feed.feed(0, ['0']);
  let isSettled = false;
  void feed.ready().then(() => (isSettled = true));
  feed.confirmed(A);
  await vi.advanceTimersByTimeAsync(30);
  expect(isSettled).toBe(false);
  feed.feed(B, ['b']);
  feed.confirmed(0);
  await vi.advanceTimersByTimeAsync(0);
  expect(isSettled).toBe(true);
  feed.close();
});

test('ready: at once where nothing is to be told, by the end, and when it is given up', async () => {
  await feedOf().ready();
  const closed = feedOf();
  closed.feed(A, ['a']);
  const ended = closed.ready();
  closed.close();
  await ended;
  const deaf = feedOf();
  deaf.feed(A, ['a']);
  const givenUp = deaf.ready();
  await vi.advanceTimersByTimeAsync(10_000);
  await givenUp;
  expect(vi.getTimerCount()).toBe(0);
});

test('after the end nothing is written', () => {
  const feed = feedOf();
  feed.close();
  feed.feed(A, ['a']);
  feed.tell('b');
  vi.advanceTimersByTime(1000);
  expect(written).toEqual([]);
});
