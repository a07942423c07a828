// A process whose pages are looked at, and what is told of a range of them: shared by one look and by looks over time.

import type { FoundBpftrace } from '../bpftrace/find.ts';
import type { PageWatch, PageWatchEvent, RangeLook } from '../model/page-range.ts';
import type { ReadCheck } from '../model/residency.ts';
import type { Mapping } from '../model/target.ts';
import type { Ui } from '../model/ui.ts';
import type { Pid } from '../model/units.ts';
import type { AddressSpace } from '../target/pages/address-space.ts';
import type { DirectMap } from './direct-map.ts';

export interface RangeResult {
  readonly pid: Pid;
  /** Hostile text. */
  readonly label: string;
  readonly look: RangeLook;
  readonly mappings: readonly Mapping[];
  readonly check: ReadCheck | null;
}

export interface PageRangeUi extends Pick<Ui, 'message' | 'choose' | 'program' | 'problem'> {
  range(result: RangeResult): void;
  event(event: PageWatchEvent): void;
  watched(watch: PageWatch): void;
}

/** What the looks at one process share. */
export interface LookedProcess {
  readonly bpftrace: FoundBpftrace;
  readonly map: DirectMap;
  readonly space: AddressSpace;
  readonly label: string;
}
