// How much of stacks is sent at once: a quarter after a loss, twice as many after enough arrived.

import { expect, test } from 'vitest';
import { SendingRoom } from '../../../src/app/sending-room.ts';

test('a quarter after each loss, down to one stack’s; a burst is one loss', () => {
  const room = new SendingRoom(32, 1);
  expect([0, 1, 150, 200, 400, 600].map((ms) => room.lost(ms))).toEqual([8, null, null, 2, 1, null]);
});

test('more again after stacks that arrived without one, up to what it was', () => {
  const room = new SendingRoom(4, 1);
  room.lost(0);
  const told = Array.from({ length: 200 }, () => room.arrived()).filter((next) => next !== null);
  expect(told).toEqual([2, 4]);
  room.lost(1000);
  for (let count = 0; count < 63; count++) expect(room.arrived()).toBe(null);
  room.lost(1100);
  expect(room.arrived()).toBe(null);
});

test('never less than one stack takes: nothing would change, and it would take long to come back', () => {
  const room = new SendingRoom(1000, 56);
  expect([0, 200, 400, 600].map((ms) => room.lost(ms))).toEqual([250, 62, 56, null]);
  expect(Array.from({ length: 64 }, () => room.arrived()).at(-1)).toBe(112);
});
