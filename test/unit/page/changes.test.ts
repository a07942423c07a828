import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differentialPageDataOf } from '../../../src/outputs/diff-page-data.ts';
import { type Change, changesOf, differenceOf, largest } from '../../../src/page/changes.ts';
import { type Model, modelOf } from '../../../src/page/model.ts';
import { diffRecordings } from '../../../src/profile/diff.ts';
import { largestChanges } from '../../../src/profile/largest-changes.ts';
import { drawModel, drawRecording } from './draw-tree.ts';

type Drawn = Parameters<typeof drawRecording>[0];

function compared(before: Drawn, after: Drawn): { readonly model: Model; readonly diff: ReturnType<typeof diffRecordings> } {
  const [a, b] = [drawRecording(before), drawRecording(after)];
  const diff = diffRecordings(a, b);
  return { model: modelOf(differentialPageDataOf({ before: a, after: b, diff })), diff };
}

const BEFORE = [
  { stack: 'main;slow', weight: 30 },
  { stack: 'main;same', weight: 10 },
];
const AFTER = [
  { stack: 'main;fast', weight: 2 },
  { stack: 'main;same', weight: 2 },
];
const named = (model: Model, changes: readonly Change[]): readonly unknown[] =>
  changes.map((change) => [model.names[change.frame], differenceOf(change.self), differenceOf(change.total)]);

test('shares of both, each of its own whole, in either direction', () => {
  const { model } = compared(BEFORE, AFTER);
  const all = changesOf(model);
  expect(named(model, largest(all, 'self', 'both', 9).shown)).toEqual([['slow', -0.75, -0.75], ['fast', 0.5, 0.5], ['same', 0.25, 0.25]]); // prettier-ignore
  expect(named(model, largest(all, 'total', 'less', 9).shown)).toEqual([['slow', -0.75, -0.75]]);
  expect(largest(all, 'self', 'more', 1)).toMatchObject({ shown: [{ self: { before: 0, after: 0.5 } }], count: 2 });
  expect(largest(changesOf(compared(BEFORE, BEFORE).model), 'self', 'both', 9).count).toBe(0);
  expect(changesOf(drawModel(BEFORE))).toEqual([]);
});

test('the page tells what jtrace diff prints', () => {
  const samples = fc.array(
    fc.record({
      stack: fc.array(fc.constantFrom('a', 'b', 'c', 'd.e'), { minLength: 1, maxLength: 5 }).map((frames) => frames.join(';')),
      weight: fc.integer({ min: 1, max: 40 }),
    }),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(samples, samples, fc.constantFrom('self', 'total'), (before, after, order) => {
      const { model, diff } = compared(before, after);
      const round = (share: number): number => Math.round(1e6 * share);
      const page = largest(changesOf(model), order, 'both', 100).shown.map(({ frame, self, total }) => [
        model.names[frame], round(self.before), round(self.after), round(total.before), round(total.after),
      ]); // prettier-ignore
      const printed = largestChanges(diff, 100, order).map(({ name, self, total }) => [
        name, ...[self.percentA, self.percentB, total.percentA, total.percentB].map((percent) => round(percent / 100)),
      ]); // prettier-ignore
      expect(new Set(page.map(String))).toEqual(new Set(printed.map(String)));
    }),
  );
});
