// Looks at a range over time → rectangles: columns are pages (several where there are many), rows are looks, each as high as it was
// true. A column of several pages shows the state that most of them are in.

import type { PageWatch, RangeLook, ShownState } from '../../model/page-range.ts';
import { PAGE_BYTES } from '../../model/units.ts';

/** Wider than any screen shows apart. */
const MAX_COLUMNS = 1024;
/** A look that lasted shorter is drawn over by the next one: fewer rows than pixels. */
const MAX_ROWS = 1500;

export interface HeatRect {
  /** Columns and thousandths of the whole time. */
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly height: number;
}

export interface HeatMap {
  readonly columns: number;
  readonly pagesPerColumn: number;
  readonly rects: ReadonlyMap<ShownState, readonly HeatRect[]>;
}

export function heatMap({ start, end, looks, durationMs, keptMs }: PageWatch): HeatMap {
  const pages = (end - start) / PAGE_BYTES;
  const pagesPerColumn = Math.ceil(pages / MAX_COLUMNS);
  const columns = Math.ceil(pages / pagesPerColumn);
  const totalMs = Math.max(durationMs, 1);
  const rects = new Map<ShownState, HeatRect[]>();
  const rows = thinned(looks, totalMs);
  rows.forEach((look, index) => {
    const y = (1000 * look.timeMs) / totalMs;
    const until = (1000 * (rows[index + 1]?.timeMs ?? Math.min(keptMs, totalMs))) / totalMs;
    const height = Math.max(until - y, 1000 / MAX_ROWS);
    const states = columnStates(look, start, columns, pagesPerColumn);
    for (let from = 0; from < columns;) {
      const state = states[from] ?? 'absent';
      let to = from + 1;
      while (to < columns && states[to] === state) to += 1;
      const list = rects.get(state) ?? [];
      if (list.length === 0) rects.set(state, list);
      list.push({ x: from, width: to - from, y, height });
      from = to;
    }
  });
  return { columns, pagesPerColumn, rects };
}

/** The last look of each row that can be told apart. */
function thinned(looks: readonly RangeLook[], totalMs: number): readonly RangeLook[] {
  const rowOf = ({ timeMs }: RangeLook): number => Math.floor((MAX_ROWS * timeMs) / totalMs);
  return looks.filter((look, index) => {
    const next = looks[index + 1];
    return next === undefined || rowOf(next) !== rowOf(look);
  });
}

/** What most pages of each column are. */
function columnStates(look: RangeLook, start: number, columns: number, pagesPerColumn: number): readonly ShownState[] {
  const columnBytes = pagesPerColumn * PAGE_BYTES;
  const best: { state: ShownState; bytes: number }[] = Array.from({ length: columns }, () => ({ state: 'absent', bytes: 0 }));
  const sums = new Map<ShownState, number>();
  let column = 0;
  const settle = (): void => {
    for (const [state, bytes] of sums) if (bytes > (best[column]?.bytes ?? 0)) best[column] = { state, bytes };
    sums.clear();
  };
  for (const run of look.runs) {
    for (let at: number = run.start; at < run.end;) {
      const here = Math.floor((at - start) / columnBytes);
      if (here !== column) {
        settle();
        column = here;
      }
      const to = Math.min(run.end, start + (here + 1) * columnBytes);
      sums.set(run.state, (sums.get(run.state) ?? 0) + to - at);
      at = to;
    }
  }
  settle();
  return best.map(({ state }) => state);
}
