// Pieces of a stack that come over several times it is sent.

import { expect, test } from 'vitest';
import { PiecedStacks } from '../../../src/bpftrace/pieced-stacks.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import { sentPieces } from './sent-pieces.ts';

const [CHUNK, WINDOW, SP] = [128, 1024, 0x7f00_0000];

const sent = (places: readonly number[], tid = 7): RawSample => sentPieces({ sp: SP, chunks: 4, chunkBytes: CHUNK, places, tid });
const placesOf = ({ stack }: RawSample): readonly number[] => stack.chunks.map(({ address }) => (address - SP) / CHUNK);

test('what came before is added, until it is whole', () => {
  const pieced = new PiecedStacks(CHUNK, WINDOW);
  expect(pieced.add(1, sent([0, 1])).stack.lostChunks).toBe(2);
  const more = pieced.add(1, sent([1, 2]));
  expect([placesOf(more), more.stack.lostChunks]).toEqual([[0, 1, 2], 1]);
  const whole = pieced.add(1, sent([3]));
  expect([placesOf(whole), whole.stack.lostChunks]).toEqual([[0, 1, 2, 3], 0]);
  expect(pieced.add(1, sent([2])).stack.lostChunks).toBe(3);
});

test('other stacks and threads give nothing', () => {
  const pieced = new PiecedStacks(CHUNK, WINDOW);
  pieced.add(1, sent([0, 1, 2]));
  expect(placesOf(pieced.add(2, sent([3])))).toEqual([3]);
  expect(placesOf(pieced.add(1, sent([3], 8)))).toEqual([3]);
});
