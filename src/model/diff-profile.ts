// Two profiles as one tree: what every picture, file and table of their difference is made from. Frames are told apart by name and
// by whether they are the kernel's; the same method compiled in another way, or on another line, is the same frame, of the kind that
// most of its weight has.

import type { FrameTable, Profile, StackTable } from './profile.ts';

/**
 * Weights stand in columns, one value per node of `stacks` (parents first). Those of A are scaled so that both profiles have the same
 * total, `total`, which is B's own: a node with `inclusiveB[i] > inclusiveA[i]` takes a greater share in B. For the other direction,
 * where B is scaled to A, see reverseDiff() (src/profile/diff.ts).
 */
export interface DiffProfile {
  readonly frames: FrameTable;
  readonly stacks: StackTable;
  /** What ends in the node. */
  readonly selfA: readonly number[];
  readonly selfB: readonly number[];
  /** What ends in the node or below it. */
  readonly inclusiveA: readonly number[];
  readonly inclusiveB: readonly number[];
  /** Sum of all selfB, and of all selfA. */
  readonly total: number;
  /** A's total before it was scaled: raw weight of A = value * rawTotalA / total. */
  readonly rawTotalA: number;
  readonly weightUnit: Profile['weightUnit'];
  /** What A and B are called. Hostile text. */
  readonly titleA: string;
  readonly titleB: string;
  /** What is not to be trusted, one line each; with the names of the inputs. */
  readonly problems: readonly string[];
}

/** How a share changed. Shares are percent of all weight of their profile. */
export interface ShareChange {
  readonly percentA: number;
  readonly percentB: number;
  /** B's minus A's, in percentage points. */
  readonly points: number;
}

/** How one method changed. */
export interface MethodChange {
  /** Hostile text. */
  readonly name: string;
  readonly isKernel: boolean;
  /** Samples that end in it. */
  readonly self: ShareChange;
  /** Samples that have it anywhere in their stack. */
  readonly total: ShareChange;
}
