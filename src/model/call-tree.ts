// The call tree of a profile as a person reads it: calls from the root on, heaviest first, small ones counted and left out.

import type { FrameKind } from './frame.ts';

export interface CallTreeNode {
  /** Hostile text. */
  readonly name: string;
  readonly kind: FrameKind;
  /** Share of all weight in samples that have this call, and in those that end in it. */
  readonly totalPercent: number;
  readonly selfPercent: number;
  readonly children: readonly CallTreeNode[];
  readonly omitted: OmittedCalls | null;
}

/** Calls that are not shown, all of one caller. */
export interface OmittedCalls {
  readonly count: number;
  readonly percent: number;
  /** They are small, or they lie deeper than the tree goes. */
  readonly reason: 'small' | 'deep';
}

export interface CallTree {
  readonly roots: readonly CallTreeNode[];
  readonly omitted: OmittedCalls | null;
}
