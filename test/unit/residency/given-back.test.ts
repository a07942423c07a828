import { expect, test } from 'vitest';
import { asPid } from '../../../src/model/units.ts';
import { GivenBack } from '../../../src/residency/given-back.ts';

const [ONE, OTHER] = [asPid(1), asPid(2)];

test('what a process has given back, before that moment', () => {
  const givenBack = new GivenBack();
  givenBack.add({ pid: ONE, start: 0x2000, end: 0x4000, timeNs: 10 });
  expect(givenBack.has(ONE, 0x2000, 11)).toBe(true);
  expect(givenBack.has(ONE, 0x3fff, 11)).toBe(true);
  expect(givenBack.has(ONE, 0x4000, 11)).toBe(false);
  expect(givenBack.has(ONE, 0x1fff, 11)).toBe(false);
  expect(givenBack.has(ONE, 0x2000, 10)).toBe(false);
  expect(givenBack.has(OTHER, 0x2000, 11)).toBe(false);
});

test('the last ranges of the last processes are kept', () => {
  const givenBack = new GivenBack();
  for (let range = 0; range < 3000; range++) givenBack.add({ pid: ONE, start: range, end: range + 1, timeNs: range });
  expect([0, 1975, 1976, 2999].map((address) => givenBack.has(ONE, address, 4000))).toEqual([false, false, true, true]);
  for (let pid = 2; pid < 1100; pid++) givenBack.add({ pid: asPid(pid), start: 0, end: 1, timeNs: 0 });
  expect(givenBack.has(ONE, 2999, 4000)).toBe(false);
  expect(givenBack.has(asPid(1099), 0, 1)).toBe(true);
});
