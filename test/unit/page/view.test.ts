import fc from 'fast-check';
import { expect, test } from 'vitest';
import { weighed } from '../../../src/page/model.ts';
import { moveCursor } from '../../../src/page/cursor-moves.ts';
import { MAX_BOXES, MAX_CALLERS, MAX_LEVELS, MIN_WIDTH_PX, type View, viewOf, type ViewNode } from '../../../src/page/view.ts';
import { NO_FILTER } from '../../../src/page/weights.ts';
import { drawModel, nodeAt } from './draw-tree.ts';

function boxes({ root }: View): ViewNode[] {
  const found: ViewNode[] = [];
  const work = [root];
  for (let box = work.pop(); box !== undefined; box = work.pop()) {
    found.push(box);
    work.push(...box.c);
  }
  return found;
}

test('a zoom has the callers above it, faded, and all below it that is wide enough', () => {
  const model = drawModel([
    { stack: 'a;b;c', weight: 900 },
    { stack: 'a;b;d', weight: 99 },
    { stack: 'a;b;thin', weight: 1 },
    { stack: 'a;x', weight: 1000 },
  ]);
  const { tree, weights } = weighed(model, NO_FILTER, 0);
  const view = viewOf(tree, weights.total, 0, nodeAt(model, tree, 'a;b'), 1000);
  const shown = boxes(view).map(({ n, fade }) => `${model.names[tree.frame[n] ?? -1] ?? 'all'}${fade ? ' faded' : ''}`);
  expect(shown.sort()).toEqual(['a faded', 'all faded', 'b', 'c', 'd']);
  expect(view).toMatchObject({ boxes: 2, hiddenNarrow: 1, hiddenLevels: 0, hiddenCallers: 0 });
});

test('a stack 10,000 deep: bounded, and every level can be reached', () => {
  const depth = 10_000;
  const model = drawModel([{ stack: Array.from({ length: depth }, (_, i) => `f${String(i)}`).join(';') }]);
  const { tree, weights } = weighed(model, NO_FILTER, 0);
  let focus = 0;
  for (let zooms = 0; (tree.level[focus] ?? 0) < depth; zooms += 1) {
    const view = viewOf(tree, weights.total, 0, focus, 1200);
    expect(boxes(view).length).toBeLessThanOrEqual(MAX_LEVELS + MAX_CALLERS + 3);
    expect(view.hiddenLevels).toBe(Math.max(0, depth - (tree.level[focus] ?? 0) - MAX_LEVELS));
    focus = Math.max(...boxes(view).map(({ n }) => n));
    expect(zooms).toBeLessThan(100);
  }
});

test('never more boxes than can be drawn in time; the heaviest, each with its callers', () => {
  const samples = Array.from({ length: 6000 }, (_, i) => ({ stack: `r;${String(i % 2000)};${String(i)}`, weight: 1 + (i % 7) }));
  const model = drawModel(samples);
  const { tree, weights } = weighed(model, NO_FILTER, 0);
  const view = viewOf(tree, weights.total, 0, 0, 1e7);
  expect(view.boxes).toBe(MAX_BOXES);
  expect(view.hiddenNarrow).toBe(tree.frame.length - 1 - MAX_BOXES);
  const shown = new Set(boxes(view).map(({ n }) => n));
  const least = Math.min(...[...shown].map((node) => weights.total[node] ?? 0));
  for (let node = 1; node < tree.frame.length; node += 1)
    if ((weights.total[node] ?? 0) > least) expect(shown.has(node)).toBe(true);
});

test('any tree: a view is a tree of the tree, as wide as its callers at most', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 }).map((names) => names.join(';'));
  const samples = fc.array(fc.record({ stack, weight: fc.integer({ min: 1, max: 500 }) }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(samples, fc.nat(), fc.integer({ min: 1, max: 800 }), (drawn, pick, widthPx) => {
      const model = drawModel(drawn);
      const { tree, weights } = weighed(model, NO_FILTER, 0);
      const focus = pick % tree.frame.length;
      const view = viewOf(tree, weights.total, 0, focus, widthPx);
      const least = ((weights.total[focus] ?? 0) * MIN_WIDTH_PX) / widthPx;
      const all = boxes(view);
      for (const { n, v, c, fade } of all) {
        expect(v).toBe(weights.total[n]);
        for (const child of c) expect(tree.parent[child.n]).toBe(n);
        expect(c.reduce((sum, child) => sum + child.v, 0)).toBeLessThanOrEqual(v);
        if (!fade && n !== focus) expect(v).toBeGreaterThanOrEqual(least);
      }
      const inside = all.filter(({ n }) => n > focus && n < (tree.end[focus] ?? 0));
      expect(inside.length).toBe(view.boxes);
      const wide = [...weights.total].filter((v, n) => n > focus && n < (tree.end[focus] ?? 0) && v >= least);
      expect(view.boxes).toBe(wide.length);
    }),
    { numRuns: 100 },
  );
});

test('arrow keys: caller, widest callee, beside; nowhere to go is staying', () => {
  const model = drawModel([
    { stack: 'a;b', weight: 1 },
    { stack: 'a;c', weight: 5 },
    { stack: 'a;d', weight: 2 },
  ]);
  const { tree, weights } = weighed(model, NO_FILTER, 0);
  const view = viewOf(tree, weights.total, 0, 0, 1000);
  const [a, b, c, d] = ['a', 'a;b', 'a;c', 'a;d'].map((stack) => nodeAt(model, tree, stack));
  expect(moveCursor(view, null, 'callee')).toBe(0);
  expect(moveCursor(view, 0, 'callee')).toBe(a);
  expect(moveCursor(view, a ?? -1, 'callee')).toBe(c);
  expect(moveCursor(view, c ?? -1, 'before')).toBe(b);
  expect(moveCursor(view, b ?? -1, 'before')).toBe(b);
  expect(moveCursor(view, c ?? -1, 'after')).toBe(d);
  expect(moveCursor(view, d ?? -1, 'callee')).toBe(d);
  expect(moveCursor(view, d ?? -1, 'caller')).toBe(a);
  expect(moveCursor(view, 0, 'caller')).toBe(0);
});
