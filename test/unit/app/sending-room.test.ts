// How much of stacks is sent at once: a quarter after a loss, twice as many after enough arrived.

import { expect, test } from 'vitest';
import { SendingRoom } from '../../../src/app/sending-room.ts';

test('a quarter after each loss, down to one; a burst is one loss', () => {
  const room = new SendingRoom(32);
  expect([0, 1, 150, 200, 400, 600].map((ms) => room.lost(ms))).toEqual([8, null, null, 2, 1, null]);
});

test('more again after stacks that arrived without one, up to what it was', () => {
  const room = new SendingRoom(4);
  room.lost(0);
  const told = Array.from({ length: 200 }, () => room.arrived()).filter((next) => next !== null);
  expect(told).toEqual([2, 4]);
  room.lost(1000);
  for (let count = 0; count < 63; count++) expect(room.arrived()).toBe(null);
  room.lost(1100);
  expect(room.arrived()).toBe(null);
});
