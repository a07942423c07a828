// The pages of a process, by state → some of each state, spread over all: for reads that check what the page tables say.

import type { PageRun, PageStateKind } from '../model/page-state.ts';
import type { Mapping } from '../model/target.ts';
import { PAGE_BYTES } from '../model/units.ts';
import { SegmentCutter } from './segments.ts';

/** Addresses of at most `most` pages within mappings; of a state that has few runs, others get its room. */
export function chosenPages(runs: readonly PageRun[], mappings: readonly Mapping[], most: number): readonly number[] {
  const byState = new Map<PageStateKind, number[]>();
  const cutter = new SegmentCutter(
    runs.map(({ start, end, state }) => ({ start, end, value: state.kind })),
    [],
    [],
  );
  for (const mapping of mappings) {
    for (const { start, end, values } of cutter.pieces(mapping.start, mapping.end)) {
      const [kind] = values;
      if (kind === null) continue; // Not looked at.
      const middle = start + Math.floor((end - start) / PAGE_BYTES / 2) * PAGE_BYTES;
      const list = byState.get(kind) ?? [];
      if (list.length === 0) byState.set(kind, list);
      list.push(...(middle === start ? [start] : [start, middle]));
    }
  }
  const chosen: number[] = [];
  const lists = [...byState.values()].sort((a, b) => a.length - b.length);
  lists.forEach((list, index) => {
    const share = Math.floor((most - chosen.length) / (lists.length - index));
    chosen.push(...spread(list, share));
  });
  return chosen.sort((a, b) => a - b);
}

function spread(list: readonly number[], most: number): readonly number[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, index) => list[Math.floor((index * list.length) / most)] ?? 0);
}
