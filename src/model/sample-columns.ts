// The columns of a sample table while they grow: for whoever makes a profile.

import type { SampleTable } from './profile.ts';

/** As {@link SampleTable}, to be pushed to. */
export type SampleColumns = { readonly [Column in keyof SampleTable]: number[] };

/** Empty ones. */
export function sampleColumns(): SampleColumns {
  return { stack: [], timeNs: [], pc: [], thread: [], weight: [], outcome: [] };
}
