import { expect, test } from 'vitest';
import { differentialPageDataOf } from '../../../src/outputs/diff-page-data.ts';
import { changeOf, changeStep } from '../../../src/page/change.ts';
import { modelOf, weighed } from '../../../src/page/model.ts';
import { timeBins } from '../../../src/page/time-bins.ts';
import { NO_FILTER } from '../../../src/page/weights.ts';
import { diffRecordings } from '../../../src/profile/diff.ts';
import { drawModel, drawRecording, drawWeights, nodeAt } from './draw-tree.ts';

const SAMPLES = [
  { stack: 'main;work;leaf', weight: 3, tid: 1, timeMs: 0 },
  { stack: 'main;work', weight: 2, tid: 2, timeMs: 500, isApproximate: true },
  { stack: 'main;idle', weight: 1, tid: 1, timeMs: 1000 },
];

test('totals of all samples, of threads, of a range of time', () => {
  const model = drawModel(SAMPLES);
  const all = weighed(model, NO_FILTER, 0);
  expect(drawWeights(model, all.tree, all.weights.total)).toEqual(['main 6', 'main;idle 1', 'main;work 5', 'main;work;leaf 3']);
  expect(all.weights.total[0]).toBe(6);
  expect(drawWeights(model, all.tree, all.weights.self)).toEqual(['main;idle 1', 'main;work 2', 'main;work;leaf 3']);
  expect(drawWeights(model, all.tree, all.weights.approximate)).toEqual(['main 2', 'main;work 2']);
  const second = weighed(model, { threads: Uint8Array.of(0, 1), range: null }, 0);
  expect(drawWeights(model, second.tree, second.weights.total)).toEqual(['main 2', 'main;work 2']);
  const slices = model.data.time?.slices ?? 0;
  const late = weighed(model, { threads: null, range: { from: slices / 2, to: slices } }, 0);
  expect(drawWeights(model, late.tree, late.weights.total)).toEqual(['main 3', 'main;idle 1', 'main;work 2']);
  const none = weighed(model, { threads: Uint8Array.of(0, 1), range: { from: 0, to: 1 } }, 0);
  expect(none.weights.total[0]).toBe(0);
});

test('bars over time hold every sample once, of the threads shown', () => {
  const { data } = drawModel(SAMPLES);
  const slices = data.time?.slices ?? 0;
  expect([...timeBins(data.rows, slices, null, 4)]).toEqual([3, 0, 2, 1]);
  expect([...timeBins(data.rows, slices, Uint8Array.of(1, 0), 2)]).toEqual([3, 1]);
  expect(timeBins(data.rows, 3, null, 200)).toHaveLength(3);
});

test('two profiles: each counts as one whole, whichever has more samples', () => {
  const before = drawRecording([
    { stack: 'main;slow', weight: 30 },
    { stack: 'main;same', weight: 10 },
  ]);
  const after = drawRecording([
    { stack: 'main;fast', weight: 2 },
    { stack: 'main;same', weight: 2 },
  ]);
  const model = modelOf(differentialPageDataOf({ before, after, diff: diffRecordings(before, after) }));
  const { tree, weights, other } = weighed(model, NO_FILTER, 1);
  if (other === null) throw new Error('nothing to compare with');
  const change = (stack: string): number => changeOf(weights, other, nodeAt(model, tree, stack));
  expect(change('main')).toBe(0);
  expect(change('main;slow')).toBe(-0.75);
  expect(change('main;same')).toBe(0.25);
  expect(change('main;fast')).toBe(0.5);
  expect(changeStep(weights, other, nodeAt(model, tree, 'main;slow'))).toBe(-4);
  expect(changeStep(weights, other, nodeAt(model, tree, 'main'))).toBe(0);
  expect(changeStep(other, weights, nodeAt(model, tree, 'main;slow'))).toBe(4);
  expect(model.data.time).toBeNull();
  expect(model.data.threads).toEqual([]);
});
