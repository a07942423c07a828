import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DiffProfile } from '../../../src/model/diff-profile.ts';
import type { Profile } from '../../../src/model/profile.ts';
import type { Recording } from '../../../src/model/recording.ts';
import { diffFoldedLines } from '../../../src/outputs/diff-folded.ts';
import { foldedLines } from '../../../src/outputs/folded.ts';
import { diffRecordings, reverseDiff } from '../../../src/profile/diff.ts';
import { largestChanges } from '../../../src/profile/largest-changes.ts';
import { HOSTILE_NAMES, PLAIN, recording, runFacts } from '../../support/recordings.ts';
import { drawProfile } from './draw-profile.ts';

const diffOf = (a: Profile, b: Profile): DiffProfile =>
  diffRecordings(recording(a, { title: 'a' }), recording(b, { title: 'b' }));
const BEFORE = drawProfile([
  { stack: 'x < main', weight: 6 },
  { stack: 'y < main', weight: 2 },
  { stack: 'gone/native < main', weight: 4 },
]);
const AFTER = drawProfile([
  { stack: 'x/interpreted < main', weight: 1 },
  { stack: 'y < main', weight: 3 },
  { stack: 'z < new' },
  { stack: 'main' },
]);

test('one tree, weights of A scaled to the total of B; how a method was compiled makes no other frame', () => {
  const diff = diffOf(BEFORE, AFTER);
  expect([...diffFoldedLines(diff)]).toEqual(
    ['main;x 3 1', 'main;y 1 3', 'main;gone 2 0', 'new;z 0 1', 'main 0 1'].sort((a, b) => order(diff, a) - order(diff, b)),
  );
  expect([diff.total, diff.rawTotalA, diff.titleA, diff.titleB]).toEqual([6, 12, 'a', 'b']);
  expect([diff.inclusiveA[0], diff.inclusiveB[0]]).toEqual([6, 5]);
});

/** Nodes in the order of the tree. */
function order(diff: DiffProfile, line: string): number {
  return [...diffFoldedLines(diff)].indexOf(line);
}

test('the other direction scales B to A', () => {
  const reversed = reverseDiff(diffOf(BEFORE, AFTER));
  const direct = diffOf(AFTER, BEFORE);
  expect(new Set(diffFoldedLines(reversed))).toEqual(new Set(diffFoldedLines(direct)));
  expect([reversed.total, reversed.rawTotalA, reversed.titleA]).toEqual([direct.total, direct.rawTotalA, 'b']);
});

test('the largest changes of own shares, in points, both ways', () => {
  const changes = largestChanges(diffOf(BEFORE, AFTER), 3);
  expect(changes.map(({ name, self }) => [name, Math.round(self.points)])).toEqual([['gone', -33], ['x', -33], ['y', 33]]); // prettier-ignore
  expect(largestChanges(diffOf(BEFORE, BEFORE), 10)).toEqual([]);
});

test('changes of total shares: recursion counts once, functions of the kernel by themselves', () => {
  const diff = diffOf(
    drawProfile([{ stack: 'f < g < f < main', weight: 1 }, { stack: 'read/kernel < read/native', weight: 3 }]), // prettier-ignore
    drawProfile([{ stack: 'f < f < main', weight: 30 }, { stack: 'read/kernel < read/native', weight: 10 }]), // prettier-ignore
  );
  expect(
    largestChanges(diff, 10, 'total').map(({ name, isKernel, self, total }) => [
      name, isKernel, self.points, total.percentA, total.percentB, total.points,
    ]),
  ).toEqual([
    ['f', false, 50, 25, 75, 50],
    ['main', false, 0, 25, 75, 50],
    ['read', false, 0, 75, 25, -50],
    ['read', true, -50, 75, 25, -50],
    ['g', false, 0, 25, 0, -25],
  ]); // prettier-ignore
  expect(largestChanges(diff, 10, 'self').map(({ name }) => name)).toEqual(['f', 'read']);
});

test('a frame is of the kind that most of its weight has, in both profiles', () => {
  const diff = diffOf(
    drawProfile([{ stack: 'a < main/interpreted' }]),
    drawProfile([{ stack: 'a/interpreted < main/c1', weight: 3 }, { stack: 'a/c1 < main/c1', weight: 6 }, { stack: 'main' }]), // prettier-ignore
  );
  expect(diff.frames.frames.map(({ name, kind }) => [name, kind])).toEqual([['main', 'interpreted'], ['a', 'c2']]); // prettier-ignore
});

test('what cannot be compared is refused', () => {
  expect(() => diffOf(BEFORE, { ...AFTER, weightUnit: 'bytes' })).toThrow('a counts samples, b bytes: they cannot be compared');
  expect(() => diffOf(BEFORE, drawProfile([]))).toThrow('b has no samples');
  expect(() => diffOf(drawProfile([]), AFTER)).toThrow('a has no samples');
});

test('samples and CPU time: at the rate of the samples, and by share where it is not known', () => {
  const time = (profile: Profile): Profile => ({
    ...profile,
    samples: { ...profile.samples, weight: profile.samples.weight.map((weight) => weight * 1e7) },
    weightUnit: 'nanoseconds',
  });
  const points = (diff: DiffProfile): unknown => largestChanges(diff, 5).map(({ name, self }) => [name, Math.round(self.points)]);
  const wanted = points(diffOf(BEFORE, AFTER));
  const ofRate = (profile: Profile): Recording => recording(profile, { run: runFacts(49) });
  const known = diffRecordings(ofRate(BEFORE), recording(time(AFTER)));
  expect([known.weightUnit, known.rawTotalA, known.total]).toEqual(['nanoseconds', 12 * 20_408_163, 6e7]);
  const other = diffRecordings(recording(time(BEFORE)), ofRate(AFTER));
  expect([other.weightUnit, other.rawTotalA, other.total]).toEqual(['nanoseconds', 12e7, 6 * 20_408_163]);
  const unknown = diffOf(time(BEFORE), AFTER);
  expect([unknown.weightUnit, unknown.rawTotalA, unknown.total]).toEqual(['nanoseconds', 12e7, 12e7]);
  expect([known, other, unknown].map(({ problems }) => problems)).toEqual([
    [],
    [],
    ['the rate of b is not known: shares can be compared, its times are made up'],
  ]);
  // A hostile file's rate may be as near to 0 as it likes: numbers stay numbers.
  const slow = diffRecordings(recording(time(BEFORE)), recording(AFTER, { run: runFacts(1e-300) }));
  expect([...slow.selfA, ...slow.selfB, ...slow.inclusiveB].every(Number.isFinite)).toBe(true);
  for (const diff of [known, other, unknown]) expect(points(diff)).toEqual(wanted);
  expect(() => diffOf(time(BEFORE), { ...AFTER, weightUnit: 'bytes' })).toThrow('a counts nanoseconds, b bytes');
});

test('as difffolded.pl -n counts, from the folded text of both', () => {
  const stack = fc.array(fc.constantFrom('a', 'b', 'c/kernel', 'd', ...HOSTILE_NAMES.slice(0, 4)), {
    minLength: 1,
    maxLength: 4,
  });
  const samples = fc.array(
    fc.record({ stack: stack.map((frames) => frames.join(' < ')), weight: fc.integer({ min: 1, max: 50 }) }),
    { minLength: 1, maxLength: 10 },
  );
  fc.assert(
    fc.property(samples, samples, (drawnA, drawnB) => {
      const [a, b] = [drawProfile(drawnA), drawProfile(drawnB)];
      const expected = difffolded([...foldedLines(a, PLAIN)], [...foldedLines(b, PLAIN)]);
      expect(new Set(diffFoldedLines(diffOf(a, b)))).toEqual(expected);
    }),
  );
});

/** What FlameGraph's script does with `-n`. */
function difffolded(linesA: readonly string[], linesB: readonly string[]): Set<string> {
  const counts = new Map<string, [number, number]>();
  const totals: [number, number] = [0, 0];
  for (const [lines, side] of [
    [linesA, 0],
    [linesB, 1],
  ] as const) {
    // prettier-ignore
    for (const line of lines) {
      const [, stack = '', count = ''] = /^(.*) (\d+)$/su.exec(line) ?? [];
      const both = counts.get(stack) ?? [0, 0];
      both[side] += Number(count);
      totals[side] += Number(count);
      counts.set(stack, both);
    }
  }
  return new Set([...counts].map(([stack, [a, b]]) => `${stack} ${Math.floor((a * totals[1]) / totals[0] + 1e-6)} ${b}`));
}
