// A look at a range, with the mappings and the page cache → the pages as they are shown, with the cause where BPF cannot read them.

import type { RangeLook, ShownRun, ShownState } from '../model/page-range.ts';
import type { CacheState, PageRun, PageState, PageStateKind } from '../model/page-state.ts';
import type { Mapping } from '../model/target.ts';
import { asAddress } from '../model/units.ts';
import { explainPage } from './explain-page.ts';
import { isBacked } from './mapping-residency.ts';
import { type Run, SegmentCutter } from './segments.ts';

export interface RangeFacts {
  readonly start: number;
  readonly end: number;
  readonly mappings: readonly Mapping[];
  /** By address; empty: not asked. */
  readonly cache: readonly Run<CacheState>[];
  /** The parent's page tables, of a fork child; else empty. */
  readonly parent: readonly PageRun[];
  readonly isForkChild: boolean;
  readonly isNumaBalancing: boolean;
}

interface States {
  readonly state: PageState;
  /** null: not looked at. */
  readonly parent: PageStateKind | null;
}

const NO_STATES: States = { state: { kind: 'none' }, parent: null };

function withParent(runs: readonly PageRun[], { start, end, parent }: RangeFacts): readonly Run<States>[] {
  const asRun = ({ start: from, end: to, state }: PageRun): Run<PageState> => ({ start: from, end: to, value: state });
  const cutter = new SegmentCutter(runs.map(asRun), parent.map(asRun), []);
  return [...cutter.pieces(start, end)].map(({ start: from, end: to, values: [state, above] }) => ({
    start: from,
    end: to,
    value: { state: state ?? NO_STATES.state, parent: above?.kind ?? null },
  }));
}

export function shownRange(runs: readonly PageRun[], timeMs: number, facts: RangeFacts): RangeLook {
  const cutter = new SegmentCutter(
    withParent(runs, facts),
    facts.mappings.map((mapping) => ({ start: mapping.start, end: mapping.end, value: mapping })),
    facts.cache,
  );
  const shown: ShownRun[] = [];
  for (const { start, end, values } of cutter.pieces(facts.start, facts.end)) {
    const [states, mapping, cache] = values;
    const run = shownRun({ start, end }, states ?? NO_STATES, mapping, cache, facts);
    const last = shown.at(-1);
    if (last?.state === run.state && last.cause === run.cause && last.pageBytes === run.pageBytes)
      shown[shown.length - 1] = { ...last, end: run.end };
    else shown.push(run);
  }
  return { timeMs, runs: shown };
}

function shownRun(
  { start, end }: { readonly start: number; readonly end: number },
  { state, parent }: States,
  mapping: Mapping | null,
  cache: CacheState | null,
  { isForkChild, isNumaBalancing }: RangeFacts,
): ShownRun {
  const range = { start: asAddress(start), end: asAddress(end) };
  const pageBytes = state.kind === 'none' ? 0 : state.pageBytes;
  if (state.kind === 'readable') return { ...range, state: state.writable ? 'writable' : 'read-only', pageBytes, cause: null };
  if (state.kind === 'none' && cache === 'swapped') return { ...range, state: 'swapped', pageBytes, cause: 'swapped' };
  const cause = explainPage({
    address: start,
    state: state.kind,
    mapping: mapping === null ? null : { permissions: mapping.permissions, isBacked: isBacked({ mapping }) },
    isForkChild,
    parentState: parent,
    wasGivenBack: false,
    cache: cache ?? 'unknown',
    isNumaBalancing,
  });
  const shown: ShownState =
    state.kind !== 'none' ? state.kind : mapping === null ? 'unmapped' : cache === 'cached' ? 'cached' : 'absent';
  return { ...range, state: shown, pageBytes, cause };
}
