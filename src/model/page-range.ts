// One range of a process's memory, page by page: what is asked for, what a look shows, and what happened between two.

import type { PageStateKind, UnreadableCause } from './page-state.ts';
import type { ProfileRequest } from './request.ts';
import type { ResidencyTarget } from './residency.ts';
import type { WrittenFile } from './summary.ts';
import type { Address, Pid } from './units.ts';

export interface PageRangeRequest {
  readonly target: ResidencyTarget;
  /** Multiples of 4096. */
  readonly start: number;
  readonly end: number;
  /** null: one look. */
  readonly watch: { readonly intervalMs: number; readonly durationMs: number | null } | null;
  readonly checksReads: boolean;
  /** As in {@link ProfileRequest}. */
  readonly acceptFreezeRisk: boolean;
  readonly outputs: readonly string[];
  readonly printProgram: boolean;
  readonly bpftracePath: string | null;
  readonly verbosity: ProfileRequest['verbosity'];
}

/** As the page is shown: the state of its entry, and what is known around it. */
export type ShownState =
  Exclude<PageStateKind, 'readable' | 'none'> | 'writable' | 'read-only' | 'cached' | 'absent' | 'unmapped';

export interface ShownRun {
  readonly start: Address;
  readonly end: Address;
  readonly state: ShownState;
  readonly pageBytes: number;
  /** null: it can be read. */
  readonly cause: UnreadableCause | null;
}

export interface RangeLook {
  /** Since the first look. */
  readonly timeMs: number;
  /** From the range's start to its end, without gaps. */
  readonly runs: readonly ShownRun[];
}

export type PageChangeKind =
  | 'touched'
  | 'given-back'
  | 'swapped-out'
  | 'swapped-in'
  | 'access-taken'
  | 'numa-scan'
  | 'access-given'
  | 'write-protected'
  | 'made-writable'
  | 'mapped'
  | 'unmapped'
  | 'huge'
  | 'split'
  | 'moving'
  | 'moved'
  | 'changed';

export interface PageChange {
  readonly kind: PageChangeKind;
  readonly start: Address;
  readonly end: Address;
  readonly from: ShownState;
  readonly to: ShownState;
}

export type PageWatchEvent =
  /** The first look. */
  | { readonly kind: 'begin'; readonly timeMs: number; readonly look: RangeLook }
  | { readonly kind: 'changes'; readonly timeMs: number; readonly changes: readonly PageChange[]; readonly look: RangeLook }
  | { readonly kind: 'fork'; readonly timeMs: number; readonly child: Pid };

/** A whole run of looks: those that differ from the one before, and what happened. */
export interface PageWatch {
  readonly pid: Pid;
  /** Hostile text. */
  readonly label: string;
  readonly start: Address;
  readonly end: Address;
  readonly intervalMs: number;
  /** The first, and every one that differed. */
  readonly looks: readonly RangeLook[];
  readonly events: readonly PageWatchEvent[];
  /** Of all that happened, kept or not: pages by kind, and forks. */
  readonly changedPages: ReadonlyMap<PageChangeKind, number>;
  readonly forks: number;
  /** The last look; null: there was none. */
  readonly last: RangeLook | null;
  /** Until when looks were kept, since the first. */
  readonly keptMs: number;
  /** How many looks there were, how many were not whole, and how many could not be kept. */
  readonly looked: number;
  readonly broken: number;
  readonly unkept: number;
  readonly durationMs: number;
  readonly ended: 'duration' | 'interrupted' | 'process-ended' | 'failed';
  readonly files: readonly WrittenFile[];
}

/** What happened to pages, in words. */
export const CHANGE_TEXTS: Readonly<Record<PageChangeKind, string>> = {
  touched: 'touched: brought in',
  'given-back': 'given back: MADV_DONTNEED, or dropped',
  'swapped-out': 'swapped out',
  'swapped-in': 'swapped in',
  'access-taken': 'access taken: PROT_NONE',
  'numa-scan': 'NUMA scan: access taken for a moment',
  'access-given': 'access given back',
  'write-protected': 'write-protected: a fork, mprotect or KSM',
  'made-writable': 'written: a copy of its own',
  mapped: 'mapped',
  unmapped: 'unmapped',
  huge: 'became a huge page',
  split: 'a huge page was split',
  moving: 'being moved',
  moved: 'moved',
  changed: 'changed',
};
