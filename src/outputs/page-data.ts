// What the flame graph page is given: the profile as columns of numbers, small when compressed, quick to walk. Made by
// page-data-of.ts, read by src/page; both know it by this type alone. Documented in docs/flame-graph-page.md.

import type { FrameKind, MarkerKind } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';

/** One line of the recording's facts. */
export interface PageFactRow {
  readonly text: string;
  /** Samples it stands for; null: it is no count. */
  readonly count: number | null;
  /** Indented below the row before it: a reason for that. */
  readonly sub: boolean;
  /** Name of the {@link PageReason} that explains it; absent: none. */
  readonly reason?: string;
}

/** A reason why stacks of this profile are not complete. */
export interface PageReason {
  readonly name: string;
  /** Name of the frame that such stacks end in; '': they have none. */
  readonly frame: string;
  /** What it means, and what can be done: whole sentences. */
  readonly meaning: string;
  readonly advice: string;
}

export interface PageFact {
  readonly label: string;
  readonly rows: readonly PageFactRow[];
}

/** All texts are escaped for showing: one line each, nothing that hides or reorders. */
export interface PageData {
  readonly version: 1;
  readonly title: string;
  /** What the title leaves open, in one line: process, how long and how often, when, how sure. May be ''. */
  readonly subtitle: string;
  /** Of a map of a user's program whatever it counts, as it stands behind a number: `bytes`, `in @reads`. */
  readonly unit: Profile['weightUnit'] | (string & {});
  /** Texts that columns point into; 0 is ''. */
  readonly texts: readonly string[];
  /** Kinds of frames that columns point into. */
  readonly kinds: readonly FrameKind[];
  /** What a box of the graph is: a method or function, whatever compiled it and on whatever line it was (unless lines were asked for). */
  readonly frames: {
    /** Into `texts`. */
    readonly name: readonly number[];
    /** Into `texts`: path, stub's name or module; 0 for Java. */
    readonly library: readonly number[];
    readonly marker: readonly (MarkerKind | null)[];
  };
  /** The tree of calls, each node before what it called, siblings by name. A node's subtree are the nodes behind it of higher level. */
  readonly nodes: {
    /** 0: oldest frame of a stack. */
    readonly level: readonly number[];
    /** Into `frames`. */
    readonly frame: readonly number[];
    /** Into `kinds`: the kind that most of its weight has. */
    readonly kind: readonly number[];
    /** Bit i: the node was also seen as `kinds[i]`. */
    readonly kindsSeen: readonly number[];
    /** The line that most of its weight has; 0: not known. */
    readonly line: readonly number[];
    /** Bits: 1: the line is the nearest the VM recorded; 2: the node has weight on other lines, too. */
    readonly lineMark: readonly number[];
  };
  /** Samples put together by time, node, thread and quality; in order of time. */
  readonly rows: {
    /** Slice of time, 0 to `time.slices - 1`; all 0 without times. */
    readonly slice: readonly number[];
    /** Into `nodes`: the leaf. */
    readonly node: readonly number[];
    /** Into `threads`. */
    readonly thread: readonly number[];
    readonly quality: readonly RowQuality[];
    /** 0: of the only recording, or of the one before; 1: of the one after. */
    readonly side: readonly (0 | 1)[];
    /** In `unit`s. */
    readonly weight: readonly number[];
  };
  readonly threads: readonly { readonly name: string; readonly tid: number; readonly pid: number }[];
  /** null: nothing is known of when samples were taken. */
  readonly time: { readonly slices: number; readonly sliceMs: number; readonly startedAtMs: number | null } | null;
  /** Two recordings compared; null: the page shows one. */
  readonly differential: { readonly before: string; readonly after: string } | null;
  readonly facts: readonly PageFact[];
  /** Of the stacks that are not complete. */
  readonly reasons: readonly PageReason[];
  /** For a page without samples: why that may be, and what to try. */
  readonly advice: readonly string[];
}

/** How sure a sample's stack is: 0 complete, 1 approximate, 2 unfinished. */
export type RowQuality = 0 | 1 | 2;
