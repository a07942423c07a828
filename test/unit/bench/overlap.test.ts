import { expect, test } from 'vitest';
import { compareWithNoise, countNames, overlap } from '../../bench/overlap.ts';

const SPLITS = 20;
/** `count` random draws of one of `names`, the same for the same seed (a linear congruential generator, Knuth's MMIX). */
function draws(count: number, names: number, seed: number): string[] {
  let state = BigInt(seed);
  return Array.from({ length: count }, () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
    return `m${String(Number(state >> 40n) % names)}`;
  });
}

test('the smaller share of each name, summed', () => {
  const a = countNames(['x', 'x', 'y', 'z']);
  expect(overlap(a, a)).toBe(1);
  expect(overlap(a, countNames(['x', 'y']))).toBe(0.75);
  expect(overlap(a, countNames(['w']))).toBe(0);
  expect(overlap(a, new Map())).toBe(0);
});

test('samples of one distribution differ by noise alone', () => {
  const { overlap: between, floor, halfSize } = compareWithNoise(draws(4000, 200, 1), draws(4000, 200, 2), SPLITS, 1);
  expect(halfSize).toBe(2000);
  expect(floor).toBeLessThan(0.95);
  expect(Math.abs(between - floor)).toBeLessThan(0.015);
});

test('a method that one of them gives to another shows as its share', () => {
  const moved = draws(4000, 20, 3).map((name) => (name === 'm3' ? 'm4' : name));
  const { overlap: between, floor } = compareWithNoise(moved, draws(4000, 20, 4), SPLITS, 1);
  expect(floor - between).toBeGreaterThan(0.03);
});

test('sets of unequal size are compared at the size both have', () => {
  expect(compareWithNoise(draws(300, 20, 5), draws(4000, 20, 6), SPLITS, 1).halfSize).toBe(300);
});
