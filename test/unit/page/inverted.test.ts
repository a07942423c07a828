import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldedText } from '../../../src/page/folded-text.ts';
import { invertedOf } from '../../../src/page/inverted.ts';
import { weighed } from '../../../src/page/model.ts';
import { NO_FILTER } from '../../../src/page/weights.ts';
import { drawModel } from './draw-tree.ts';

test('each stack turned round, heaviest first', () => {
  const model = drawModel([
    { stack: 'main;a;hot', weight: 2 },
    { stack: 'main;b;hot', weight: 5 },
    { stack: 'main;a', weight: 3 },
  ]);
  const { tree, weights } = invertedOf(weighed(model, NO_FILTER, 0));
  expect(foldedText(model, tree, weights, 0).text).toBe('hot;b;main 5\nhot;a;main 2\na;main 3\n');
});

test('any stacks: the same samples, each read from its end', () => {
  const anyStack = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 });
  const anySamples = fc.array(fc.record({ stack: anyStack, weight: fc.integer({ min: 1, max: 9 }) }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(anySamples, (samples) => {
      const model = drawModel(samples.map(({ stack, weight }) => ({ stack: stack.join(';'), weight })));
      const { tree, weights } = invertedOf(weighed(model, NO_FILTER, 0));
      const wanted = new Map<string, number>();
      for (const { stack, weight } of samples) {
        const key = [...stack].reverse().join(';');
        wanted.set(key, (wanted.get(key) ?? 0) + weight);
      }
      const lines = foldedText(model, tree, weights, 0).text.trimEnd().split('\n');
      const got = new Map(
        lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
      );
      expect(new Map([...got].sort())).toEqual(new Map([...wanted].sort()));
      // Siblings fall in weight.
      for (let node = 1; node < tree.frame.length; node += 1) {
        const next = tree.end[node] ?? 0;
        if (tree.parent[next] === tree.parent[node])
          expect(weights.total[next] ?? 0).toBeLessThanOrEqual(weights.total[node] ?? 0);
      }
    }),
  );
});

test('stacks deeper than any drawing end after 400 callers', () => {
  const stack = Array.from({ length: 5000 }, (_, i) => `f${String(i)}`).join(';');
  const { tree, weights } = invertedOf(weighed(drawModel([{ stack, weight: 7 }]), NO_FILTER, 0));
  expect(tree.frame.length).toBe(402);
  expect(weights.total[0]).toBe(7);
});
