// The page tables of a process, the page cache behind its files, and its mappings → bytes by mapping: readable by BPF, in memory,
// swapped, absent, and the causes of what cannot be read.

import type { CacheState, PageRun, PageState, UnreadableCause } from '../model/page-state.ts';
import type { CauseBytes, MappingPages, MappingResidency } from '../model/residency.ts';
import { explainPage, type PageMapping } from './explain-page.ts';
import { type Run, SegmentCutter } from './segments.ts';

export interface PagesAround {
  readonly runs: readonly PageRun[];
  /** The page cache by address, for mappings of files and shared memory. In ascending order. */
  readonly cache: readonly Run<CacheState>[];
  /** The parent's page tables, of a fork child; else empty. */
  readonly parent: readonly PageRun[];
  readonly isForkChild: boolean;
  readonly isNumaBalancing: boolean;
}

const asRuns = (runs: readonly PageRun[]): readonly Run<PageState>[] =>
  runs.map(({ start, end, state }) => ({ start, end, value: state }));

/** In the order of the mappings, which ascend. */
export function mappingResidencies(mappings: readonly MappingPages[], around: PagesAround): readonly MappingResidency[] {
  const cutter = new SegmentCutter(asRuns(around.runs), around.cache, asRuns(around.parent));
  return mappings.map((pages) => residencyOf(pages, cutter, around));
}

type Cutter = SegmentCutter<PageState, CacheState, PageState>;

function residencyOf(pages: MappingPages, cutter: Cutter, around: PagesAround): MappingResidency {
  const { mapping } = pages;
  const facts: PageMapping = { permissions: mapping.permissions, isBacked: isBacked(pages) };
  const sums = { readableBytes: 0, residentBytes: 0, swappedBytes: 0, absentBytes: 0 };
  const causes = new Map<UnreadableCause, { bytes: number; residentBytes: number }>();
  for (const { start, end, values } of cutter.pieces(mapping.start, mapping.end)) {
    const [state, cache, parent] = values;
    const bytes = end - start;
    const kind = state?.kind ?? 'none';
    const isSwapped = kind === 'swapped' || (kind === 'none' && cache === 'swapped');
    const isResident = kind === 'none' ? cache === 'cached' : !isSwapped;
    if (kind === 'readable') sums.readableBytes += bytes;
    if (isResident) sums.residentBytes += bytes;
    else if (isSwapped) sums.swappedBytes += bytes;
    else sums.absentBytes += bytes;
    if (kind === 'readable') continue;
    const cause = isSwapped
      ? 'swapped'
      : explainPage({
          address: start,
          state: kind,
          mapping: facts,
          isForkChild: around.isForkChild,
          parentState: parent?.kind ?? null,
          wasGivenBack: false,
          cache: cache ?? 'unknown',
          isNumaBalancing: around.isNumaBalancing,
        });
    const sum = causes.get(cause) ?? { bytes: 0, residentBytes: 0 };
    sum.bytes += bytes;
    if (isResident) sum.residentBytes += bytes;
    causes.set(cause, sum);
  }
  return { ...pages, ...sums, sizeBytes: mapping.end - mapping.start, causes: causeList(causes) };
}

/** A cause may stand twice: of what is in memory, and of what is not. */
function causeList(
  causes: ReadonlyMap<UnreadableCause, { readonly bytes: number; readonly residentBytes: number }>,
): readonly CauseBytes[] {
  return [...causes]
    .flatMap(([cause, { bytes, residentBytes }]) => [
      { cause, bytes: residentBytes, isResident: true },
      { cause, bytes: bytes - residentBytes, isResident: false },
    ])
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
}

/** Files and shared memory have an inode; `[heap]`, `[stack]` and memory without a name have none. Huge pages of memory of its own have a file for a name. */
export function isBacked({ mapping }: Pick<MappingPages, 'mapping'>): boolean {
  return !mapping.fileId.endsWith(':0') && !mapping.path.startsWith('/anon_hugepage');
}
