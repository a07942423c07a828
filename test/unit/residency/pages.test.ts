// Lists of runs cut into pieces, mappings summed, looks compared, pages chosen: on pages drawn as text, a letter each.

import { describe, expect, test } from 'vitest';
import type { PageRun, PageState } from '../../../src/model/page-state.ts';
import type { MappingPages } from '../../../src/model/residency.ts';
import type { Mapping } from '../../../src/model/target.ts';
import { asAddress } from '../../../src/model/units.ts';
import { chosenPages } from '../../../src/residency/chosen-pages.ts';
import { mappingResidencies } from '../../../src/residency/mapping-residency.ts';
import { pageChanges } from '../../../src/residency/page-changes.ts';
import { SegmentCutter } from '../../../src/residency/segments.ts';
import { shownRange } from '../../../src/residency/shown-range.ts';

const PAGE = 4096;
const NOTHING: PageState = { kind: 'none' };
const STATES: Readonly<Record<string, PageState>> = {
  '#': { kind: 'readable', pageBytes: PAGE, writable: true },
  '=': { kind: 'readable', pageBytes: PAGE, writable: false },
  n: { kind: 'protected', pageBytes: PAGE },
  s: { kind: 'swapped', pageBytes: PAGE },
  m: { kind: 'special', pageBytes: PAGE },
  '.': { kind: 'none' },
};

/** `##..` → runs from page `first` on. */
function pages(text: string, first = 1): PageRun[] {
  const runs: PageRun[] = [];
  Array.from(text).forEach((letter, index) => {
    const [start, state] = [(first + index) * PAGE, STATES[letter] ?? NOTHING] as const;
    const last = runs.at(-1);
    if (last !== undefined && last.state === state) runs[runs.length - 1] = { ...last, end: asAddress(start + PAGE) };
    else runs.push({ start: asAddress(start), end: asAddress(start + PAGE), state });
  });
  return runs;
}

function mapping(first: number, count: number, more: Partial<Mapping> = {}): Mapping {
  const range = { start: asAddress(first * PAGE), end: asAddress((first + count) * PAGE) };
  return { ...range, permissions: 'rw-p', fileOffsetBytes: 0, path: '', deleted: false, fileId: '00:00:0', ...more };
}

const counted = (of: Mapping): MappingPages => ({
  mapping: of, pageBytes: PAGE, rssBytes: 0, swapBytes: 0, hugeBytes: 0, lockedBytes: 0, flags: [],
}); // prettier-ignore

const FILE = { fileId: '08:01:42', path: '/lib/x.so', permissions: 'r--p' };
const ALONE = { parent: [], isForkChild: false, isNumaBalancing: false };

describe('SegmentCutter', () => {
  test('pieces end where any list changes; gaps have nothing to say', () => {
    const cutter = new SegmentCutter([{ start: 0, end: 10, value: 'a' }], [{ start: 4, end: 6, value: 1 }], []);
    expect([...cutter.pieces(2, 12)]).toEqual([
      { start: 2, end: 4, values: ['a', null, null] },
      { start: 4, end: 6, values: ['a', 1, null] },
      { start: 6, end: 10, values: ['a', null, null] },
      { start: 10, end: 12, values: [null, null, null] },
    ]);
  });
});

describe('mappingResidencies', () => {
  test('anonymous memory: every byte is in one column, every unreadable one has a cause', () => {
    const [row] = mappingResidencies([counted(mapping(1, 8))], {
      ...ALONE,
      runs: pages('##.sn=m.'),
      cache: [],
      isNumaBalancing: true,
    });
    expect(row).toMatchObject({
      sizeBytes: 8 * PAGE,
      readableBytes: 3 * PAGE,
      residentBytes: 5 * PAGE,
      swappedBytes: PAGE,
      absentBytes: 2 * PAGE,
    });
    expect(row?.causes).toEqual([
      { cause: 'never-touched', bytes: 2 * PAGE, isResident: false },
      { cause: 'swapped', bytes: PAGE, isResident: false },
      { cause: 'numa-hinting', bytes: PAGE, isResident: true },
      { cause: 'special', bytes: PAGE, isResident: true },
    ]);
  });

  test('huge pages set aside have an inode, and are no file: what was not touched is not to be faulted in from one', () => {
    const ofHuge = mapping(1, 2, { fileId: '00:11:1639888', path: '/anon_hugepage', deleted: true });
    const [row] = mappingResidencies([counted(ofHuge)], { ...ALONE, runs: pages('#.'), cache: [] });
    expect(row?.causes).toEqual([{ cause: 'never-touched', bytes: PAGE, isResident: false }]);
  });

  test('a file: what the page cache has is in memory, whether this process has it or not', () => {
    const cache = [
      { start: 2 * PAGE, end: 4 * PAGE, value: 'cached' as const },
      { start: 4 * PAGE, end: 5 * PAGE, value: 'not-cached' as const },
    ];
    const [row] = mappingResidencies([counted(mapping(1, 4, FILE))], { ...ALONE, runs: pages('=...'), cache });
    expect(row).toMatchObject({ readableBytes: PAGE, residentBytes: 3 * PAGE, absentBytes: PAGE });
    expect(row?.causes.map(({ cause, isResident }) => [cause, isResident])).toEqual([
      ['not-faulted-in', true],
      ['not-in-memory', false],
    ]);
  });

  test('shared memory in swap; a fork child', () => {
    const shared = mapping(1, 2, { fileId: '00:01:7', path: '/dev/zero', deleted: true, permissions: 'rw-s' });
    const cache = [
      { start: PAGE, end: 2 * PAGE, value: 'swapped' as const },
      { start: 2 * PAGE, end: 3 * PAGE, value: 'cached' as const },
    ];
    const [row] = mappingResidencies([counted(shared)], {
      runs: pages('..'),
      cache,
      parent: pages('.#'),
      isForkChild: true,
      isNumaBalancing: false,
    });
    expect(row).toMatchObject({ swappedBytes: PAGE, residentBytes: PAGE, readableBytes: 0 });
    expect(row?.causes).toContainEqual({ cause: 'fork-child', bytes: PAGE, isResident: true });
  });
});

describe('pageChanges', () => {
  const look = (text: string, more: Partial<Mapping> = {}): ReturnType<typeof shownRange> =>
    shownRange(pages(text), 0, {
      start: PAGE,
      end: (1 + text.length) * PAGE,
      mappings: [mapping(1, text.length, more)],
      cache: [],
      parent: [],
      isForkChild: false,
      isNumaBalancing: true,
    });
  const kinds = (before: string, after: string, more: Partial<Mapping> = {}): readonly string[] =>
    pageChanges(look(before), look(after, more)).map(
      ({ kind, start, end }) => `${kind} ${String(start / PAGE - 1)}+${String((end - start) / PAGE)}`,
    );

  test.each([
    ['.', '#', 'touched'], ['#', '.', 'given-back'], ['#', 's', 'swapped-out'], ['s', '#', 'swapped-in'], ['#', '=', 'write-protected'],
    ['=', '#', 'made-writable'], ['#', 'n', 'numa-scan'], ['n', '#', 'access-given'], ['#', 'm', 'moving'], ['m', '#', 'moved'],
  ])('%s → %s: %s', (before, after, kind) => {
    expect(kinds(before, after)).toEqual([`${kind} 0+1`]);
  }); // prettier-ignore

  test('access taken by the process is no scan; unmapped', () => {
    expect(kinds('##', 'nn', { permissions: '---p' })).toEqual(['access-taken 0+2']);
    const gone = shownRange(pages('..'), 0, {
      start: PAGE,
      end: 3 * PAGE,
      mappings: [],
      cache: [],
      parent: [],
      isForkChild: false,
      isNumaBalancing: false,
    });
    expect(pageChanges(look('#.'), gone).map(({ kind }) => kind)).toEqual(['unmapped', 'unmapped']);
  });

  test('neighbours to which the same happened are one; what stays is not told', () => {
    expect(kinds('##..##', '#ss.#=')).toEqual(['swapped-out 1+1', 'swapped-out 2+1', 'write-protected 5+1']);
    expect(kinds('####', '####')).toEqual([]);
  });
});

test('chosenPages: of each state some, none outside of mappings', () => {
  const chosen = chosenPages(pages('#=#=#=#=...s....'), [mapping(1, 12)], 6);
  expect(chosen).toHaveLength(6);
  expect(chosen).toContain(12 * PAGE);
  expect(chosen.every((address) => address >= PAGE && address < 13 * PAGE)).toBe(true);
  expect(new Set(chosen).size).toBe(6);
});
