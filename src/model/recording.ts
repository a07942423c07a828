// A profile together with what is known of how it came to be: what every output is made from, what `.jtrace` keeps, what readers of
// other formats give. Independent of jtrace's own capture: an imported profile knows little, and says so with null and ''.

import type { Profile } from './profile.ts';
import type { RunFacts } from './summary.ts';

/** Where a profile comes from. */
export type RecordingSource = 'jtrace' | 'folded' | 'pprof' | 'perf-script' | 'merged';

/** The facts of a recording. */
export interface RecordingFacts {
  readonly source: RecordingSource;
  /** What a person would call it: the target's name, the file's. One line; hostile text. */
  readonly title: string;
  /** Unix time of the first moment of sampling; null: not known. */
  readonly startedAtMs: number | null;
  /** `timeNs` of the samples at that moment: a sample's age is its own minus this. */
  readonly startNs: number;
  /** false: the samples' times are all 0, nothing is known of when they were taken. */
  readonly hasTimes: boolean;
  /** What jtrace knows of its own run; null: the profile is another tool's. */
  readonly run: Omit<RunFacts, 'files'> | null;
  /** Why it is not whole, one line each (`the file ends early`); empty: it is. */
  readonly problems: readonly string[];
}

export interface Recording {
  readonly profile: Profile;
  readonly facts: RecordingFacts;
}
