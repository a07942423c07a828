// The profile: column tables, independent of where stacks came from. Everything downstream (folded, tables, pages, diffs) is a
// pure function of it. Model: Firefox Profiler's processed format (frame and stack tables, prefixes before children).

import type { Frame, StackOutcome } from './frame.ts';
import type { Pid, Tid } from './units.ts';

/** Unique frames; a frame's index is its identity in this profile. */
export interface FrameTable {
  readonly frames: readonly Frame[];
}

/** Stacks as a tree in columns, parents first: `prefix[i] < i`, -1 for a root; `frame[i]` is the frame that `prefix[i]` called. */
export interface StackTable {
  readonly prefix: readonly number[];
  readonly frame: readonly number[];
}

/** One row per sample, in order of arrival. */
export interface SampleTable {
  /** Index into the stack table of the sample's leaf; never -1: a sample of which nothing is known has a marker frame. */
  readonly stack: readonly number[];
  readonly timeNs: readonly number[];
  /** User-mode instruction pointer at the tick, an address of the sample's process; 0: not known. */
  readonly pc: readonly number[];
  readonly thread: readonly number[];
  /** What one sample stands for, in `weightUnit`s. */
  readonly weight: readonly number[];
  /** Index into `outcomes`. */
  readonly outcome: readonly number[];
}

export interface ProfileThread {
  readonly pid: Pid;
  readonly tid: Tid;
  /** Java's own name where known, else comm. Hostile text. */
  readonly name: string;
}

export interface Profile {
  readonly frames: FrameTable;
  readonly stacks: StackTable;
  readonly samples: SampleTable;
  readonly threads: readonly ProfileThread[];
  /** Unique outcomes. */
  readonly outcomes: readonly StackOutcome[];
  /** Unit of `samples.weight`. */
  readonly weightUnit: 'samples' | 'nanoseconds' | 'bytes';
}
