// Stacks by identity, and why one is not there.

import { expect, test } from 'vitest';
import { ArrivedStacks, MISSING_FRAMES } from '../../../src/app/arrived-stacks.ts';

const whole = (...frames: readonly string[]) => ({ frames, walked: [], lostChunks: 0, unfinished: null });

test('as many as there is room for; those that are known are brought up to date', () => {
  const stacks = new ArrivedStacks(1);
  stacks.remember(1, { frames: ['a'], walked: [], lostChunks: 2, unfinished: 'stack-lost' });
  stacks.remember(2, whole('b'));
  expect([stacks.get(1)?.frames, stacks.get(2)]).toEqual([['a'], null]);
  expect([...stacks.unfinished()]).toEqual([['stack-lost', 1]]);
  stacks.remember(1, whole('a', 'c'));
  expect([stacks.get(1)?.frames, stacks.unfinished().size]).toEqual([['a', 'c'], 0]);
});

test('lost, not sent, forgotten: as the program tells at its end', () => {
  const stacks = new ArrivedStacks();
  expect(stacks.missing(1)).toBe(MISSING_FRAMES.unknown);
  const sent = new Map([
    [1, false],
    [2, true],
  ]);
  stacks.ended(sent, true);
  expect([1, 2, 3].map((id) => stacks.missing(id))).toEqual([
    MISSING_FRAMES.lost,
    MISSING_FRAMES['too-many'],
    MISSING_FRAMES['not-sent'],
  ]);
  expect([...stacks.missed()]).toEqual([
    ['lost', 1],
    ['too-many', 1],
    ['not-sent', 1],
  ]);
});

test('a list that is not whole says nothing of those that are not in it', () => {
  const stacks = new ArrivedStacks();
  stacks.ended(new Map(), false);
  expect(stacks.missing(3)).toBe(MISSING_FRAMES.unknown);
});

test('what was missing once, and came, is not', () => {
  const stacks = new ArrivedStacks();
  stacks.missing(1);
  stacks.remember(1, whole('a'));
  expect(stacks.missed().size).toBe(0);
});
