import { describe, expect, test } from 'vitest';
import { eventLines, watchedLines } from '../../../../src/cli/terminal/page-watch-text.ts';
import { CHANGE_TEXTS, type PageChangeKind, type PageWatchEvent } from '../../../../src/model/page-range.ts';
import { asPid } from '../../../../src/model/units.ts';
import { changeOf, lookOf, watchOf } from './page-looks.ts';

const look = lookOf('##..');
const KINDS = Object.keys(CHANGE_TEXTS) as PageChangeKind[];
const EVENTS: readonly PageWatchEvent[] = [
  { kind: 'begin', timeMs: 0, look },
  { kind: 'changes', timeMs: 100.4, changes: [changeOf('touched', 2, 1), changeOf('given-back', 0, 2)], look },
  { kind: 'fork', timeMs: 2000, child: asPid(4712) },
  { kind: 'changes', timeMs: 2100, changes: [changeOf('write-protected', 0, 1234)], look },
];

const drawn = (events: readonly PageWatchEvent[], columns: number): string =>
  events.flatMap((event) => eventLines(event, columns)).join('\n');

describe('what happens', () => {
  test('80 columns', () => {
    expect(drawn(EVENTS, 80)).toMatchInlineSnapshot(`
      "at first:
      7f1234560000 ##..
                   # readable and writable; . absent
      what happens (time, from where, how many pages):
          0.100 s  0x7f1234562000       1 page  touched: brought in
          0.100 s  0x7f1234560000      2 pages  given back: MADV_DONTNEED, or dropped
          2.000 s  fork: process 4712 began
          2.100 s  0x7f1234560000  1,234 pages  write-protected: a fork, mprotect or
                                                KSM"
    `);
  });

  test('60 columns', () => {
    expect(drawn(EVENTS, 60)).toMatchInlineSnapshot(`
      "at first:
      7f1234560000 ##..
                   # readable and writable; . absent
      what happens (time, from where, how many pages):
          0.100 s  0x7f1234562000       1 page  touched: brought
                                                in
          0.100 s  0x7f1234560000      2 pages  given back:
                                                MADV_DONTNEED, or
                                                dropped
          2.000 s  fork: process 4712 began
          2.100 s  0x7f1234560000  1,234 pages  write-protected: a
                                                fork, mprotect or
                                                KSM"
    `);
  });

  test('eight changes of one moment are shown, more are counted', () => {
    const changes = (count: number): PageWatchEvent => ({
      kind: 'changes',
      timeMs: 12_345,
      changes: Array.from({ length: count }, (_, at) => changeOf('swapped-in', 2 * at, 1)),
      look,
    });
    expect(eventLines(changes(8), 80)).toHaveLength(8);
    expect(eventLines(changes(8), 80).at(-1)).toBe('   12.345 s  0x7f123456e000       1 page  swapped in');
    expect(eventLines(changes(9), 80).at(-1)).toBe('   12.345 s  … and 1 more');
    expect(eventLines(changes(2008), 80)).toHaveLength(9);
    expect(eventLines(changes(2008), 80).at(-1)).toBe('   12.345 s  … and 2,000 more');
    // Words on several lines are one change.
    const long = Array.from({ length: 10 }, () => changeOf('given-back', 0, 1));
    expect(eventLines({ kind: 'changes', timeMs: 0, changes: long, look }, 60).at(-1)).toBe('    0.000 s  … and 2 more');
  });

  test.each([60, 80])('every kind of change within %i columns, and none of its words is lost', (columns) => {
    for (const kind of KINDS) {
      const lines = eventLines({ kind: 'changes', timeMs: 1, changes: [changeOf(kind, 0, 16_384)], look }, columns);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
      expect(lines.map((line) => line.trim()).join(' ')).toContain(CHANGE_TEXTS[kind]);
    }
  });
});

describe('the sums', () => {
  test('nothing happened', () => {
    expect(watchedLines(watchOf({}), 80).join('\n')).toMatchInlineSnapshot(`
      "70 looks in 7.0 s; what happened, in pages:
        nothing"
    `);
  });

  const whole = watchOf({
    changedPages: new Map([['touched', 12_345], ['write-protected', 2]]),
    forks: 1,
    last: look,
    broken: 1234,
    unkept: 5,
    ended: 'process-ended',
    files: [
      { path: 'heat\u001b[2J.html', format: 'heat map', bytes: 10, problem: null },
      { path: 'x.json', format: 'json', bytes: 0, problem: 'ENOSPC' },
      { path: '-', format: 'json', bytes: 10, problem: null },
    ],
  }); // prettier-ignore

  test('all there is to tell: 80 columns', () => {
    expect(watchedLines(whole, 80).join('\n')).toMatchInlineSnapshot(`
      "70 looks in 7.0 s, the process ended; what happened, in pages:
           12,345  touched: brought in
                2  write-protected: a fork, mprotect or KSM
        and 1 fork
      at last:
      7f1234560000 ##..
                   # readable and writable; . absent
      1,234 looks did not arrive whole and are left out: look less often (--interval)
      5 looks were not kept: they were too many
      wrote heat\\e[2J.html"
    `);
  });

  test('60 columns', () => {
    expect(watchedLines({ ...whole, forks: 2, files: [] }, 60).join('\n')).toMatchInlineSnapshot(`
      "70 looks in 7.0 s, the process ended; what happened, in
      pages:
           12,345  touched: brought in
                2  write-protected: a fork, mprotect or KSM
        and 2 forks
      at last:
      7f1234560000 ##..
                   # readable and writable; . absent
      1,234 looks did not arrive whole and are left out: look less
      often (--interval)
      5 looks were not kept: they were too many"
    `);
  });

  test.each([
    ['duration', '70 looks in 7.0 s; what happened, in pages:'],
    ['interrupted', '70 looks in 7.0 s, stopped; what happened, in pages:'],
    ['failed', '70 looks in 7.0 s, broken off; what happened, in pages:'],
  ] as const)('how it ended: %s', (ended, line) => {
    expect(watchedLines(watchOf({ ended }), 80)[0]).toBe(line);
  });
});
