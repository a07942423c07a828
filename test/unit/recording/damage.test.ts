// Files that are whole in their gzip and wrong in what they say: each is told in one line, whatever it points to or claims, and what
// stands before the wrong place is read; nothing before it: refused.

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../src/model/errors.ts';
import type { Profile } from '../../../src/model/profile.ts';
import { decodeRecording } from '../../../src/recording/decode.ts';
import { packUnit } from '../../../src/recording/units.ts';
import { FACTS } from '../../support/sample-recordings.ts';

const FIRST = { jtrace: 1, weightUnit: 'samples', facts: FACTS };
const FRAMES = {
  strings: ['c2', 'main', ''],
  frames: { count: 1, kind: 0, name: 1, signature: 2, library: 2, bci: 0, line: 0, lineApproximate: 0, marker: 2 },
};
const STACKS = { stacks: { count: 2, up: [0, 1], frame: 0 }, threads: [[0, 1, 2, 't']], outcomes: [{ kind: 'complete' }] };
const SAMPLES = { samples: { count: 1, stack: 1, timeNs: 5, pc: 0, thread: 0, weight: 1, outcome: 0 } };
const GOOD = { ...FIRST, ...FRAMES, ...STACKS, ...SAMPLES, end: true };

const fileOf = (...units: readonly unknown[]): Buffer => Buffer.concat(units.map((unit) => packUnit(JSON.stringify(unit))));

function errorOf(bytes: Uint8Array): OperatorError {
  try {
    decodeRecording(bytes, 'x.jtrace');
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

test('the smallest that is good', () => {
  expect(decodeRecording(fileOf(GOOD), 'x').profile).toMatchObject({ stacks: { prefix: [-1, 0] }, samples: { timeNs: [5] } });
  expect(decodeRecording(fileOf({ ...GOOD, laterField: 1 }), 'x').facts.problems).toEqual([]);
});

test.each<[string, unknown[], string]>([
  ['newer', [{ ...GOOD, jtrace: 2 }], 'x.jtrace was written by a newer jtrace (format 2; this one reads 1)'],
  ['no version', [{ ...GOOD, jtrace: undefined }], 'x.jtrace is damaged at byte 0 (the version of its format is no whole number from 1 to 9007199254740991), and nothing was recorded before'],
  ['no facts', [{ ...GOOD, facts: undefined }], 'x.jtrace ends before anything was recorded'],
  ['no object', [[]], 'x.jtrace is damaged at byte 0 (a part is no object), and nothing was recorded before'],
]) ('%s', (_, units, message) => expect(errorOf(fileOf(...units)).message).toBe(message)); // prettier-ignore

const NEXT = { ...SAMPLES, end: true };
/** A good unit, and then one that is wrong in its last table: rows of its first ones were taken before that was seen. */
const SPOILT = [
  { ...GOOD, end: false },
  { strings: ['more'], ...STACKS, ...SAMPLES, outcomes: [{ kind: 'fine' }] },
];

test.each<[string, Buffer, string, object]>([
  ['two files in one', fileOf(GOOD, GOOD), 'more follows after its end; files are put together by jtrace merge', { end: 'duration' }],
  ['two beginnings', fileOf({ ...GOOD, end: false }, GOOD), 'more follows after its end; files are put together by jtrace merge', { end: 'failed' }],
  ['a later unit that says what cannot be', fileOf(...SPOILT, NEXT), 'an outcome is none that is known', { end: 'failed' }],
  ['text behind it', Buffer.concat([fileOf(GOOD), Buffer.from('more text that is none')]), 'no part of a recording begins there', { end: 'duration' }],
  ['a later unit of no JSON', Buffer.concat([fileOf({ ...GOOD, end: false }), packUnit('{"samples":')]), 'the part there is no JSON', { end: 'failed' }],
  ['a hole of zeros', Buffer.concat([fileOf({ ...GOOD, end: false }), Buffer.alloc(50), fileOf(NEXT)]), 'no part of a recording begins there', { end: 'failed' }],
  ['a flipped bit in a later unit', flipped(fileOf({ ...GOOD, end: false }), fileOf(NEXT), 30), 'the part there cannot be unpacked', { end: 'failed' }],
  ['a later unit that claims to be longer than the file', flipped(fileOf({ ...GOOD, end: false }), fileOf(NEXT, NEXT), 18), 'the part there says that it is longer than the file', { end: 'failed' }],
])('%s: what stands before it is read', (_, bytes, why, run) => {
  const { profile, facts } = decodeRecording(bytes, 'x.jtrace');
  const at = String(fileOf({ ...GOOD, end: facts.run?.end === 'duration' }).length);
  expect(facts.problems).toEqual([
    `the file is damaged at byte ${at} (${why}): it is whole until there (0.0 s after its start), the rest is left out`,
  ]);
  expect(facts.run).toMatchObject(run);
  expect(profile).toEqual(decodeRecording(fileOf(GOOD), 'x').profile);
}); // prettier-ignore

/** Two parts of a file, one byte of the second changed. */
function flipped(first: Buffer, second: Buffer, at: number): Buffer {
  second[at] = (second[at] ?? 0) ^ 0x40;
  return Buffer.concat([first, second]);
}

describe('what points nowhere, or is of another kind', () => {
  const frames = (parts: object) => ({ frames: { ...FRAMES.frames, ...parts } });
  const stacks = (parts: object) => ({ stacks: { ...STACKS.stacks, ...parts } });
  const run = (parts: object) => ({ facts: { ...FACTS, run: { ...FACTS.run, ...parts } } });
  const samples = (parts: object) => ({ samples: { ...SAMPLES.samples, ...parts } });
  test.each<[object, RegExp]>([
    [frames({ name: 3 }), /name is no whole number from 0 to 2/],
    [frames({ kind: 1 }), /the kind of a frame is none that is known/],
    [frames({ marker: 1 }), /a marker is none/],
    [frames({ bci: -2 }), /bci is no/],
    [frames({ line: [0, 1] }), /the column line has 2 rows, not 1/],
    [frames({ count: 1e9 }), /the count of frames/],
    [frames({ count: -1 }), /the count of frames/],
    [stacks({ up: [1, 1] }), /a stack begins before the first/],
    [stacks({ up: [0, 1.5] }), /up is no whole number/],
    [stacks({ frame: 1 }), /frame is no whole number from 0 to 0/],
    [{ threads: [[1, 1, 2, 't']] }, /the index of a thread/],
    [{ threads: [[0, 1, 2 ** 40, 't']] }, /a tid/],
    [{ threads: [[0, 1, 2, 3]] }, /the name of a thread is no text/],
    [{ threads: 7 }, /threads is no list/],
    [{ outcomes: [{ kind: 'fine' }] }, /an outcome is none/],
    [{ outcomes: [{ kind: 'unfinished', reason: 'constructor', detail: '' }] }, /a reason is none/],
    [{ outcomes: [{ kind: 'approximate', reasons: 'all' }] }, /reasons is no list/],
    [samples({ stack: 2 }), /stack is no/],
    [samples({ thread: '0' }), /thread is no/],
    [samples({ outcome: null }), /outcome is no/],
    [samples({ weight: 'much' }), /weight is no whole number/],
    [samples({ weight: 1.5 }), /weight is no whole number/],
    [samples({ weight: 1e-7 }), /weight is no whole number/],
    [samples({ weight: -1 }), /weight is no whole number from 0 to 9007199254740991/],
    [samples({ weight: 1e300 }), /weight is no whole number from 0 to/],
    [run({ rateHz: 1e6 + 1 }), /rateHz is no number from 0 to 1000000/],
    [run({ rateHz: -99 }), /rateHz is no number from 0/],
    [run({ durationMs: -1 }), /durationMs is no number from 0/],
    [run({ durationMs: 1e300 }), /durationMs is no number from 0/],
    [run({ reduction: { lowestRateHz: -1, skippedTicks: 0 } }), /lowestRateHz is no number from 0/],
    [samples({ timeNs: 2 ** 60 }), /timeNs is no/],
    [samples({ pc: -1 }), /pc is no/],
    [{ strings: [1] }, /a name is no text/],
    [{ weightUnit: 'apples' }, /the unit of weights/],
    [{ facts: { ...FACTS, source: 'elsewhere' } }, /the source is none/],
    [{ facts: { ...FACTS, run: { ...FACTS.run, targets: {} } } }, /targets is no list/],
    [{ facts: { ...FACTS, title: 'x'.repeat(1025) } }, /the title is longer than 1024/],
  ])('%j', (parts, message) => {
    const error = errorOf(fileOf({ ...GOOD, ...parts }));
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^x\.jtrace is damaged at byte 0 \([^\n]+\), and nothing was recorded before$/);
  });
});

test('a unit that unpacks to far more than any, and rows without end out of a few bytes', () => {
  const bomb = packUnit(`{"jtrace":1,"x":"${' '.repeat(70 << 20)}"}`);
  expect(bomb.length).toBeLessThan(200_000);
  expect(errorOf(bomb).message).toBe(
    'x.jtrace is damaged at byte 0 (the part there unpacks to more than any part), and nothing was recorded before',
  );
  const rows = { samples: { ...SAMPLES.samples, count: (1 << 20) + 1 } };
  expect(errorOf(fileOf({ ...GOOD, ...rows })).message).toMatch(/the count of samples is no whole number/);
});

test('any value in any place: taken, or one line', () => {
  const text = JSON.stringify(GOOD);
  const value = fc.oneof(
    fc.constantFrom('-1', '1e400', 'null', '[]', '{}', '""', '[0]', '1.5', '4294967296', '"c2"', 'true'),
    fc.json({ maxDepth: 1 }),
  );
  // Every number, text, empty or not, is replaced once in a while.
  const places = [...text.matchAll(/(?<=[:[,])(-?\d+|"[^"]*"(?!:)|true|false)(?=[,\]}])/g)];
  expect(places.length).toBeGreaterThan(40);
  fc.assert(
    fc.property(fc.constantFrom(...places), value, (place, replaced) => {
      const changed = `${text.slice(0, place.index)}${replaced}${text.slice(place.index + place[0].length)}`;
      try {
        expectIndexesWithin(decodeRecording(packUnit(changed), 'x.jtrace').profile);
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        expect(error.message).toMatch(/^x\.jtrace [^\n]+$/);
      }
    }),
    { numRuns: 2000 },
  );
});

/** What was taken points nowhere outside. */
function expectIndexesWithin({ frames, stacks, samples, threads, outcomes }: Profile): void {
  const within = (column: readonly number[], length: number): boolean => column.every((index) => index >= 0 && index < length);
  expect(within(stacks.frame, frames.frames.length) && stacks.prefix.every((prefix, i) => prefix >= -1 && prefix < i)).toBe(true);
  expect(within(samples.stack, stacks.prefix.length)).toBe(true);
  expect(within(samples.thread, threads.length) && within(samples.outcome, outcomes.length)).toBe(true);
}

test('other files', () => {
  const nothing = 'and nothing was recorded before';
  expect(errorOf(gzipSync('{}')).message).toBe(`x.jtrace is damaged at byte 0 (no part of a recording begins there), ${nothing}`);
  expect(errorOf(Buffer.from('main;work 5\n')).message).toMatch(/no part of a recording begins/);
  expect(errorOf(new Uint8Array(0)).message).toBe('x.jtrace ends before anything was recorded');
  expect(errorOf(packUnit('{"jtrace":')).message).toBe(`x.jtrace is damaged at byte 0 (the part there is no JSON), ${nothing}`);
});
