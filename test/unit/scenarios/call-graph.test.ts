// The oracle of the scenarios itself: what it must refuse, one fault at a time.

import { describe, expect, test } from 'vitest';
import { type CallGraph, impossibility, javaFrames, ROOT } from '../../scenarios/call-graph.ts';
import { WORKS, workOfRound } from '../../scenarios/works.ts';

const GRAPH: CallGraph = {
  calls: {
    [ROOT]: ['A.round'],
    'A.round': ['A.one', 'LIB'],
    'A.one': ['A.two'],
    'A.two': ['A.one', 'A.bottom'],
    LIB: ['A.target*'],
  },
  counts: [{ above: 'A.bottom', matching: /^A\.(one|two)$/u, exactly: 4 }],
};

function stack(names: string, whole = true): Parameters<typeof impossibility>[0] {
  return { frames: [...(whole ? [ROOT] : []), ...names.split(' ')].map((name) => ({ kind: 'c2', name, line: 0 })), whole };
}

describe('a stack that the program has', () => {
  test.each(['A.round A.one A.two A.one A.two A.bottom', 'A.round A.one', 'A.round java/lang/X.a java/util/Y.b A.targetOne'])(
    '%s',
    (names) => expect(impossibility(stack(names), GRAPH)).toBe(null),
  );
  test('the end of one that was not finished', () =>
    expect(impossibility(stack('A.two A.one A.two A.bottom', false), GRAPH)).toBe(null));
});

describe('a stack that it cannot have', () => {
  test.each([
    ['a frame is missing', 'A.round A.two', 'A.round -> A.two'],
    ['a frame is doubled', 'A.round A.one A.one', 'A.one -> A.one'],
    ['two frames of a recursion are missing', 'A.round A.one A.two A.bottom', '2 frames'],
    ['a method of another program', 'A.round A.one B.x', 'A.one -> B.x'],
    ['the library calls what it does not know', 'A.round java/lang/X.a A.two', 'java/lang/X.a -> A.two'],
  ])('%s', (_, names, why) => expect(impossibility(stack(names), GRAPH)).toContain(why));
  test('the oldest is missing', () =>
    expect(impossibility({ ...stack('A.round A.one', false), whole: true }, GRAPH)).toBe('begins with A.round'));
  test('a name could not be read', () => {
    const frames = javaFrames([
      { kind: 'marker', name: '[unresolved: method]', marker: 'unresolved' },
      { kind: 'vm', name: 'JavaCalls::call_helper' },
      { kind: 'c1', name: `scenarios/${ROOT}`, line: 7 },
    ]);
    expect(impossibility({ frames, whole: true }, GRAPH)).toBe(`${ROOT} -> [unresolved: method]`);
  });
});

describe('rules of single works', () => {
  const frame = (name: string, line = 0) => ({ kind: 'c1', name, line });
  test('methods of two rounds', () => {
    const frames = [ROOT, 'Unloading.round', 'Loaded.applyAsInt', 'Loaded.outerC', 'Loaded.middleD'].map((name) => frame(name));
    expect(impossibility({ frames, whole: true }, WORKS.unloading.graph)).toContain('rounds C and D');
  });
  test('a line of the version that is not running', () => {
    const of = (callee: string, line: number) => [
      frame(ROOT),
      frame('Redefine.round'),
      frame('Redefined.work', line),
      frame(callee),
    ];
    expect(impossibility({ frames: of('Redefined.alpha', 6), whole: true }, WORKS.redefine.graph)).toBe(null);
    expect(impossibility({ frames: of('Redefined.beta', 12), whole: true }, WORKS.redefine.graph)).toBe(null);
    expect(impossibility({ frames: of('Redefined.beta', 6), whole: true }, WORKS.redefine.graph)).toContain('line 6, not 12');
  });
  test('threads are known by their round()', () => {
    expect(workOfRound('Calls.round', ['osr', 'calls'])).toBe('calls');
    expect(workOfRound('Deep.round', ['fits'])).toBe('fits');
    expect(workOfRound('Calls$Base.twice', ['calls'])).toBe(null);
  });
});
