import { expect, test } from 'vitest';
import type { PageWatch, RangeLook, ShownState } from '../../../src/model/page-range.ts';
import { asAddress, asPid } from '../../../src/model/units.ts';
import { heatMap } from '../../../src/outputs/residency/heat-map.ts';
import { heatMapPage } from '../../../src/outputs/residency/heat-map-page.ts';
import { watchFormatOf } from '../../../src/outputs/residency/watch-formats.ts';
import { watchJson } from '../../../src/outputs/residency/watch-json.ts';

const PAGE = 4096;

function look(timeMs: number, states: readonly (readonly [ShownState, number])[]): RangeLook {
  let at = 0;
  const runs = states.map(([state, pages]) => {
    const start = asAddress(at);
    at += pages * PAGE;
    return { start, end: asAddress(at), state, pageBytes: PAGE, cause: null };
  });
  return { timeMs, runs };
}

function watch(pages: number, looks: readonly RangeLook[]): PageWatch {
  return {
    pid: asPid(7), label: '<script>alert(1)</script>\u001b[31m', start: asAddress(0), end: asAddress(pages * PAGE), intervalMs: 10, looks,
    events: [{ kind: 'fork', timeMs: 5, child: asPid(8) }], looked: 100, broken: 1, unkept: 0, durationMs: 1000, ended: 'duration', files: [], changedPages: new Map([['touched', 4]]), forks: 1, last: null, keptMs: 1000,
  };
} // prettier-ignore

test('rows last until the next look, columns are pages', () => {
  const map = heatMap(watch(4, [look(0, [['writable', 4]]), look(250, [['writable', 1], ['swapped', 3]])])); // prettier-ignore
  expect(map).toMatchObject({ columns: 4, pagesPerColumn: 1 });
  expect(map.rects.get('writable')).toEqual([
    { x: 0, width: 4, y: 0, height: 250 },
    { x: 0, width: 1, y: 250, height: 750 },
  ]);
  expect(map.rects.get('swapped')).toEqual([{ x: 1, width: 3, y: 250, height: 750 }]);
});

test('many pages: a column is what most of its pages are', () => {
  const map = heatMap(watch(4096, [look(0, [['absent', 3], ['writable', 4], ['cached', 4089]])])); // prettier-ignore
  expect(map).toMatchObject({ columns: 1024, pagesPerColumn: 4 });
  expect(map.rects.get('absent')).toEqual([{ x: 0, width: 1, y: 0, height: 1000 }]);
  expect(map.rects.get('writable')).toEqual([{ x: 1, width: 1, y: 0, height: 1000 }]);
  expect(map.rects.get('cached')).toEqual([{ x: 2, width: 1022, y: 0, height: 1000 }]);
});

test('more looks than pixels: the last of a row stands for it', () => {
  const looks = Array.from({ length: 20_000 }, (_, index) => look(index / 20, [[index % 2 === 0 ? 'writable' : 'swapped', 4]]));
  const { rects } = heatMap(watch(4, looks));
  const rows = [...rects.values()].reduce((sum, { length }) => sum + length, 0);
  expect(rows).toBeLessThanOrEqual(1500);
  expect(rows).toBeGreaterThan(1000);
});

test('the page: names escaped, no script, losses told', () => {
  const page = [...heatMapPage(watch(4, [look(0, [['writable', 4]])]))].join('');
  expect(page).not.toMatch(/<script|\u001b/u);
  expect(page).toContain('&lt;script&gt;');
  expect(page).toContain("default-src 'none'");
  expect(page).toContain('1 look did not arrive whole');
  expect(page).toContain('fork: process 8 began');
});

test('JSON is JSON', () => {
  const value = JSON.parse([...watchJson(watch(4, [look(0, [['writable', 4]]), look(9, [['absent', 4]])]))].join('')) as Record<
    string,
    unknown
  >;
  expect(value).toMatchObject({
    version: 1,
    looked: 100,
    end: '0x4000',
    looks: [{ timeMs: 0 }, { timeMs: 9 }],
    events: [{ kind: 'fork', child: 8 }],
  });
});

test('formats by ending', () => {
  expect(['a.html', 'a.json', '-', '/dev/stdout', 'a.svg', 'a'].map((path) => watchFormatOf(path)?.name ?? null)).toEqual([
    'heat map',
    'json',
    'json',
    'json',
    null,
    null,
  ]);
});
