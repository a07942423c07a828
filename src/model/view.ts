// What of a recording is looked at: filters and the first level of stacks, as asked for on the command line.

/** Samples that pass every part stay. */
export interface RecordingFilter {
  /** Names of threads; null: all. */
  readonly thread: RegExp | null;
  /** Only stacks with a frame whose name one of these matches; empty: all. */
  readonly include: readonly RegExp[];
  /** No stack with a frame whose name one of these matches. */
  readonly exclude: readonly RegExp[];
  /** Since the first moment of sampling; `toMs` is no longer part of it. null: no limit. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** What the first level of all stacks is. */
export const GROUPINGS = ['thread', 'process', 'container', 'package', 'class'] as const;
export type Grouping = (typeof GROUPINGS)[number];
