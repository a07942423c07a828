// Looks at a range drawn as letters, one for a page, as the terminal shows them.

import type { PageChange, PageChangeKind, PageWatch, RangeLook, ShownRun, ShownState } from '../../../../src/model/page-range.ts';
import type { UnreadableCause } from '../../../../src/model/page-state.ts';
import { asAddress, asPid, PAGE_BYTES } from '../../../../src/model/units.ts';
import { STATE_LOOKS } from '../../../../src/outputs/residency/state-looks.ts';

export const START = 0x7f1234560000;

const CAUSES: Partial<Readonly<Record<ShownState, UnreadableCause>>> = {
  cached: 'not-faulted-in',
  protected: 'prot-none',
  swapped: 'swapped',
  special: 'special',
  guarded: 'guarded',
  absent: 'never-touched',
  unmapped: 'not-mapped',
};

/** `##..`: two pages that can be written, two that are absent. */
export function lookOf(letters: string): RangeLook {
  const runs: ShownRun[] = [];
  let at = START;
  for (const [same = ''] of letters.matchAll(/(.)\1*/gsu)) {
    const state = (Object.keys(STATE_LOOKS) as ShownState[]).find((each) => STATE_LOOKS[each].glyph === same[0]);
    if (state === undefined) throw new Error(`no state has the letter ${same}`);
    const end = at + same.length * PAGE_BYTES;
    runs.push({ start: asAddress(at), end: asAddress(end), state, pageBytes: PAGE_BYTES, cause: CAUSES[state] ?? null });
    at = end;
  }
  return { timeMs: 0, runs };
}

/** Of `pages` pages, from the page `at` of the range. */
export function changeOf(kind: PageChangeKind, at: number, pages: number): PageChange {
  const start = START + at * PAGE_BYTES;
  return { kind, start: asAddress(start), end: asAddress(start + pages * PAGE_BYTES), from: 'absent', to: 'writable' };
}

export function watchOf(changes: Partial<PageWatch>): PageWatch {
  return {
    pid: asPid(4711),
    label: 'java',
    start: asAddress(START),
    end: asAddress(START + 4 * PAGE_BYTES),
    intervalMs: 100,
    looks: [],
    events: [],
    changedPages: new Map(),
    forks: 0,
    last: null,
    keptMs: 0,
    looked: 70,
    broken: 0,
    unkept: 0,
    durationMs: 7000,
    ended: 'duration',
    files: [],
    ...changes,
  };
}
