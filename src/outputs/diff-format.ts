// What a format for the difference of two profiles is. A new one is a file beside this, with a constant of this type, and a row in
// diff-formats.ts.

import type { DiffProfile } from '../model/diff-profile.ts';
import type { Recording } from '../model/recording.ts';
import type { OutputFormat, RenderResources } from './format.ts';

/** Two recordings, and what differs. */
export interface Comparison {
  readonly before: Recording;
  readonly after: Recording;
  readonly diff: DiffProfile;
}

export interface DiffFormat extends Pick<OutputFormat, 'name' | 'endings' | 'does'> {
  /** The output in pieces. Pure; the same comparison gives the same bytes. */
  readonly render: (comparison: Comparison, resources: RenderResources) => Iterable<string | Uint8Array>;
}
