// Two looks at a range → what happened to its pages in between.

import type { PageChange, PageChangeKind, RangeLook, ShownRun, ShownState } from '../model/page-range.ts';
import { asAddress } from '../model/units.ts';
import { SegmentCutter } from './segments.ts';

const asRun = (run: ShownRun): { readonly start: number; readonly end: number; readonly value: ShownRun } => ({
  start: run.start,
  end: run.end,
  value: run,
});

/** In the order of addresses; neighbours to which the same happened are one. */
export function pageChanges(before: RangeLook, after: RangeLook): readonly PageChange[] {
  const [first] = after.runs;
  const last = after.runs.at(-1);
  if (first === undefined || last === undefined) return [];
  const cutter = new SegmentCutter(before.runs.map(asRun), after.runs.map(asRun), []);
  const changes: PageChange[] = [];
  for (const { start, end, values } of cutter.pieces(first.start, last.end)) {
    const [from, to] = values;
    if (from === null || to === null) continue;
    const kind = changeOf(from, to);
    if (kind === null) continue;
    const previous = changes.at(-1);
    if (previous?.end === start && previous.kind === kind && previous.from === from.state && previous.to === to.state)
      changes[changes.length - 1] = { ...previous, end: asAddress(end) };
    else changes.push({ kind, start: asAddress(start), end: asAddress(end), from: from.state, to: to.state });
  }
  return changes;
}

const READABLE: ReadonlySet<ShownState> = new Set(['writable', 'read-only']);
const MISSING: ReadonlySet<ShownState> = new Set(['absent', 'cached']);

function changeOf(from: ShownRun, to: ShownRun): PageChangeKind | null {
  if (from.state === to.state) return READABLE.has(to.state) ? sizeChange(from.pageBytes, to.pageBytes) : null;
  if (to.state === 'unmapped') return 'unmapped';
  if (from.state === 'unmapped') return READABLE.has(to.state) ? 'touched' : 'mapped';
  if (to.state === 'swapped') return 'swapped-out';
  if (to.state === 'special') return 'moving';
  if (to.state === 'protected') return to.cause === 'numa-hinting' ? 'numa-scan' : 'access-taken';
  if (MISSING.has(to.state)) return MISSING.has(from.state) ? null : 'given-back';
  if (!READABLE.has(to.state)) return 'changed';
  if (MISSING.has(from.state)) return 'touched';
  if (from.state === 'swapped') return 'swapped-in';
  if (from.state === 'protected') return 'access-given';
  if (from.state === 'special') return 'moved';
  return to.state === 'read-only' ? 'write-protected' : 'made-writable';
}

function sizeChange(from: number, to: number): PageChangeKind | null {
  return from === to ? null : to > from ? 'huge' : 'split';
}
