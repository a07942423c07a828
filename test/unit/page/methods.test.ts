import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describe as describeNode } from '../../../src/page/describe.ts';
import { foldedText } from '../../../src/page/folded-text.ts';
import { labelFor } from '../../../src/page/labels.ts';
import { hottest, methodsOf } from '../../../src/page/methods.ts';
import { type Model, weighed } from '../../../src/page/model.ts';
import { sandwichOf } from '../../../src/page/sandwich.ts';
import { matchedWeight, matchFrames, parseQuery } from '../../../src/page/search.ts';
import { NO_FILTER } from '../../../src/page/weights.ts';
import { hottestMethods } from '../../../src/profile/hottest-methods.ts';
import { drawModel, drawRecording, drawWeights, nodeAt } from './draw-tree.ts';

const frameOf = (model: Model, name: string): number => model.names.indexOf(name);

describe('search', () => {
  const model = drawModel([
    { stack: 'main;HashMap.put;HashMap.hash', weight: 3 },
    { stack: 'main;Other.run;hashmap.put', weight: 2 },
    { stack: 'main;foo(', weight: 5 },
  ]);
  const { tree, weights } = weighed(model, NO_FILTER, 0);
  const found = (typed: string, focus = 0): number | string => {
    const query = parseQuery(typed);
    if (query.kind !== 'test') return query.kind;
    return matchedWeight(tree, weights.total, focus, matchFrames(query.test, model.names));
  };
  test.each([
    ['hashmap/put', 5], // as the VM writes a package, or as people do
    ['HashMap', 5], // one stack with two of them counts once
    ['hash', 5],
    ['/^HashMap\\.(put|get)$/', 5],
    ['foo(', 5],
    ['/foo(/', 'bad'],
    ['nowhere', 0],
    ['  ', 'none'],
    ['main', 10],
  ])('%s', (typed, expected) => expect(found(typed)).toBe(expected));
  test('what no name has and looks like an expression is tried as one', () => {
    const otherwise = (typed: string): ((name: string) => boolean) | null => {
      const query = parseQuery(typed);
      return query.kind === 'test' ? query.otherwise : null;
    };
    expect(otherwise('^java\\.util|foo')?.('FOO')).toBe(true);
    expect(otherwise('put$')?.('HashMap.put')).toBe(true);
    for (const plain of ['a.b.C$1.m', 'operator()', '[unfinished', 'foo(', '/a|b/']) expect(otherwise(plain)).toBe(null);
  });
  test('within what is zoomed to', () => expect(found('hash', nodeAt(model, tree, 'main;Other.run'))).toBe(2));
});

describe('sandwich', () => {
  const model = drawModel([
    { stack: 'main;a;f;x', weight: 4 },
    { stack: 'main;b;f;x;y', weight: 2 },
    { stack: 'main;b;f;g;f;x', weight: 1, isApproximate: true },
    { stack: 'main;z', weight: 9 },
  ]);
  const whole = weighed(model, NO_FILTER, 0);
  const { callers, callees } = sandwichOf(whole, frameOf(model, 'f'));
  test('callees of all calls together; recursion stays inside', () => {
    expect(drawWeights(model, callees.tree, callees.weights.total).sort()).toEqual(
      ['f 7', 'f;x 6', 'f;x;y 2', 'f;g 1', 'f;g;f 1', 'f;g;f;x 1'].sort(),
    );
    expect(callees.weights.approximate[nodeAt(model, callees.tree, 'f;g')]).toBe(1);
    expect(callees.weights.approximate[nodeAt(model, callees.tree, 'f;x')]).toBe(0);
  });
  test('callers, nearest first', () => {
    expect(drawWeights(model, callers.tree, callers.weights.total).sort()).toEqual([
      'f 7',
      'f;a 4',
      'f;a;main 4',
      'f;b 3',
      'f;b;main 3',
    ]);
  });
  test('of a filtered profile: what has no weight is not there', () => {
    const some = sandwichOf(weighed(model, { threads: new Uint8Array(1), range: null }, 0), frameOf(model, 'f'));
    expect(some.callees.tree.frame).toHaveLength(1);
  });
  test('10,000 callers deep, 10,000 callees deep', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `f${String(i)}`);
    const deep = drawModel([{ stack: names.join(';') }]);
    const { callers: up, callees: down } = sandwichOf(weighed(deep, NO_FILTER, 0), frameOf(deep, 'f5000'));
    expect(down.tree.frame).toHaveLength(5001);
    expect(up.tree.frame).toHaveLength(402);
  });
});

test('methods agree with those of the command line', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 7 }).map((names) => names.join(';'));
  const samples = fc.array(fc.record({ stack, weight: fc.integer({ min: 1, max: 50 }) }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(samples, (drawn) => {
      const model = drawModel(drawn);
      const { tree, weights } = weighed(model, NO_FILTER, 0);
      const all = weights.total[0] ?? 0;
      const rows = hottest(methodsOf(tree, weights, model.names.length, 0), 'self', 10);
      const page = rows.map(({ frame, self, total }) => [model.names[frame] ?? '', (100 * self) / all, (100 * total) / all]);
      const terminal = hottestMethods(drawRecording(drawn).profile, 10).map((row) => [
        row.name,
        row.selfPercent,
        row.totalPercent,
      ]);
      expect(new Map(page.map(([name, ...rest]) => [name, rest]))).toEqual(
        new Map(terminal.map(([name, ...rest]) => [name, rest])),
      );
    }),
  );
});

test('copied stacks are folded lines of what is shown', () => {
  const model = drawModel([
    { stack: 'main;a', weight: 3 },
    { stack: 'main;a;sys/kernel', weight: 2 },
    { stack: 'main;b', weight: 1 },
  ]);
  const { tree, weights } = weighed(model, NO_FILTER, 0);
  expect(foldedText(model, tree, weights, 0)).toEqual({ text: 'main;a 3\nmain;a;sys_[k] 2\nmain;b 1\n', isWhole: true });
  expect(foldedText(model, tree, weights, nodeAt(model, tree, 'main;b')).text).toBe('main;b 1\n');
});

test('a description says share, kinds and line', () => {
  const model = drawModel([
    { stack: 'main;A.run', weight: 3, line: 7 },
    { stack: 'main;A.run/interpreted', weight: 1, line: 9 },
  ]);
  const whole = weighed(model, NO_FILTER, 0);
  const node = nodeAt(model, whole.tree, 'main;A.run');
  expect(describeNode(model, whole, node, 0, 0)).toEqual({
    name: 'A.run',
    weight: '4 samples, 100.0 %; 4 samples in itself',
    details: ['mostly C2; also interpreted', 'line 7, and others'],
  });
});

test.each([
  ['java/util/concurrent/ThreadPoolExecutor.runWorker', 400, 'java/util/concurrent/ThreadPoolExecutor.runWorker'],
  ['java/util/concurrent/ThreadPoolExecutor.runWorker', 220, 'ThreadPoolExecutor.runWorker'],
  ['java/util/concurrent/ThreadPoolExecutor.runWorker', 90, 'runWorker'],
  ['std::vector<int>::push_back(int const&)', 60, 'std::vector<int>::push_back(int const&)'],
  ['[unfinished: stack-cut]', 40, '[unfinished: stack-cut]'],
])('%s in %i px', (name, widthPx, label) => expect(labelFor(name, widthPx)).toBe(label));

test('the hottest are those that sorting all of them gives', () => {
  const anyMethod = fc.record({ self: fc.nat(5), total: fc.nat(9), kind: fc.constant(0) });
  fc.assert(
    fc.property(fc.array(anyMethod, { maxLength: 40 }), fc.nat(12), fc.constantFrom('self', 'total'), (list, most, order) => {
      const methods = list.map((method, frame) => ({ ...method, frame }));
      const other = order === 'self' ? 'total' : 'self';
      const sorted = [...methods].sort((a, b) => b[order] - a[order] || b[other] - a[other] || a.frame - b.frame);
      expect(hottest(methods, order, most)).toEqual(sorted.slice(0, most));
    }),
  );
});
