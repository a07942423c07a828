// Profile and facts → numbers of the summary.

import { expect, test } from 'vitest';
import type { SummaryFacts } from '../../../src/model/summary.ts';
import { hottestMethods } from '../../../src/profile/hottest-methods.ts';
import { summarize } from '../../../src/profile/summarize.ts';
import { drawProfile } from './draw-profile.ts';

const FACTS: SummaryFacts = {
  isOwnRun: true, targets: [], isWholeMachine: false, kernel: '6.1.0', bpftraceVersion: '0.17.0', rateHz: 99, event: null, durationMs: 1000, end: 'duration',
  lostEvents: 3, brokenSamples: 1, reduction: null, files: [],
}; // prettier-ignore

test('every sample is counted once by thread, leaf and outcome', () => {
  const profile = drawProfile([
    { stack: 'A.a < M.main', thread: 'main' },
    { stack: 'A.a < M.main', thread: 'worker' },
    {
      stack: 'read/native < A.a < M.main',
      thread: 'worker',
      outcome: { kind: 'approximate', reasons: ['reread-page', 'reread-anchor'] },
    },
    { stack: '[stack cut]/marker', thread: 'worker', outcome: { kind: 'unfinished', reason: 'stack-cut', detail: 'at 1' } },
    { stack: 'B.b/interpreted < [stack cut]/marker', outcome: { kind: 'unfinished', reason: 'stack-cut', detail: 'at 2' } },
    { stack: 'B.b/interpreted < M.main', outcome: { kind: 'unfinished', reason: 'bad-frame', detail: '' } },
  ]);
  const summary = summarize(profile, FACTS, 0);
  expect(summary.samples).toBe(6);
  expect(summary.threads.map(({ name, samples }) => `${name} ${samples}`)).toEqual(['main 3', 'worker 3']);
  expect(summary.leafKinds).toEqual({
    interpreted: 2, c1: 0, c2: 2, inlined: 0, 'java-native': 0, stub: 0, native: 1, vm: 0, kernel: 0, marker: 1,
  }); // prettier-ignore
  expect(summary.outcomes).toEqual({
    complete: 2,
    approximate: 1,
    unfinished: 3,
    approximateReasons: { 'reread-page': 1, 'reread-anchor': 1 },
    unfinishedReasons: { 'stack-cut': 2, 'bad-frame': 1 },
  });
  expect(summary).toMatchObject({ lostEvents: 3, brokenSamples: 1, end: 'duration', hottest: [] });
});

test('a row of folded stacks is as many samples as it says; a row of time is one', () => {
  const profile = drawProfile([
    { stack: 'a', weight: 40 },
    { stack: 'b/native', weight: 2, thread: 'worker' },
  ]);
  const summary = summarize(profile, FACTS, 0);
  expect(summary).toMatchObject({ samples: 42, leafKinds: { c2: 40, native: 2 }, outcomes: { complete: 42 } });
  expect(summary.threads.map(({ samples }) => samples)).toEqual([40, 2]);
  expect(summarize({ ...profile, weightUnit: 'nanoseconds' }, FACTS, 0)).toMatchObject({ samples: 2, leafKinds: { native: 1 } });
});

const rows = (profile: Parameters<typeof hottestMethods>[0], top: number): string[] =>
  hottestMethods(profile, top).map(
    ({ name, kind, selfPercent, totalPercent }) => `${name} ${kind} ${selfPercent} ${totalPercent}`,
  );

test('self and total; recursion counts once', () => {
  const profile = drawProfile([{ stack: 'f < f < g < f < main', weight: 2 }, { stack: 'g < f < main' }, { stack: 'main' }]);
  expect(rows(profile, 10)).toEqual(['f c2 50 75', 'main c2 25 100', 'g c2 25 75']);
  expect(rows(profile, 1)).toEqual(['f c2 50 75']);
});

test('one method, however it was compiled; its kind is the heaviest', () => {
  const profile = drawProfile([{ stack: 'f/interpreted < main/interpreted' }, { stack: 'f/c2 < main/c1', weight: 3 }]);
  expect(rows(profile, 10)).toEqual(['f c2 100 100', 'main c1 0 100']);
});

test('nothing sampled, nothing hot', () => {
  expect(hottestMethods(drawProfile([]), 10)).toEqual([]);
  expect(summarize(drawProfile([]), FACTS, 10)).toMatchObject({ samples: 0, threads: [], hottest: [] });
});

test('a wide and deep profile takes a moment, not a stack overflow', () => {
  const deep = Array.from({ length: 3000 }, (_, depth) => `m${depth % 50}`).join(' < ');
  const profile = drawProfile([
    { stack: deep },
    ...Array.from({ length: 300 }, (_, index) => ({ stack: `leaf${index} < root` })),
  ]);
  expect(hottestMethods(profile, 500).length).toBe(351);
});
