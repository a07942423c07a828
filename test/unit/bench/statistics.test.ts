import { expect, test } from 'vitest';
import { median, ratioOf, spreadOf } from '../../bench/statistics.ts';

test('the middle value, or the mean of the middle two', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([10, 1, 2, 3])).toBe(2.5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test('a spread is not moved by the order', () => {
  expect(spreadOf([5, 1, 9])).toEqual({ median: 5, least: 1, most: 9 });
});

test('what a tool costs: medians over medians, and the rounds that differ most', () => {
  const rounds = [
    { without: 100, with: 98 },
    { without: 200, with: 190 },
    { without: 100, with: 99 },
  ];
  expect(ratioOf(rounds)).toEqual({ median: 0.99, least: 0.95, most: 0.99 });
});
