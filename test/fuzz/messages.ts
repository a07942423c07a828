// What the runner and its workers tell each other.

import type { FuzzCase } from './target.ts';

/** What a worker is to do: cases `first`, `first + stride`, … below `end`. */
export interface Task {
  readonly seed: number;
  /** null: all, by their weights. */
  readonly target: string | null;
  readonly first: number;
  readonly stride: number;
  readonly end: number;
  /** Ends at the first finding. */
  readonly stopsAtFinding: boolean;
  /** Cases given, instead of made. */
  readonly given: readonly { readonly target: string; readonly fuzzCase: FuzzCase }[];
  /** One number: the case in hand. Looked at by the runner, which ends a worker that stays at one. */
  readonly progress: SharedArrayBuffer;
}

export interface Finding {
  readonly target: string;
  readonly index: number;
  readonly problem: string;
  /** Made as small as it could be; null: a case that hung or ran out of memory, which is known by its number. */
  readonly fuzzCase: FuzzCase | null;
}

/** What a target's cases came to. */
export interface TargetTally {
  cases: number;
  readonly outcomes: Record<string, number>;
  /** The most of any case. */
  steps: number;
  allocatedBytes: number;
  largestBlockBytes: number;
  milliseconds: number;
}

export type WorkerMessage =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'tallies'; readonly tallies: Readonly<Record<string, TargetTally>>; readonly heapBytes: number };
