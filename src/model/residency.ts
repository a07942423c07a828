// What `jtrace residency` is asked for and what it finds: the memory of a process, mapping by mapping or page by page.

import type { UnreadableCause } from './page-state.ts';
import type { ProfileRequest, ProfileTarget } from './request.ts';
import type { Mapping } from './target.ts';
import type { Pid } from './units.ts';

export type ResidencyTarget = Extract<ProfileTarget, { readonly kind: 'pid' | 'name' }>;

export interface ResidencyRequest {
  readonly target: ResidencyTarget;
  /** Whether the pages are read, too, in the process's own context. */
  readonly checksReads: boolean;
  /** As in {@link ProfileRequest}. */
  readonly acceptFreezeRisk: boolean;
  readonly printProgram: boolean;
  readonly bpftracePath: string | null;
  readonly verbosity: ProfileRequest['verbosity'];
}

/** What /proc/PID/smaps says of a mapping. */
export interface MappingPages {
  readonly mapping: Mapping;
  readonly pageBytes: number;
  /** Mapped by this process and in memory; the shared page of zeros is not counted. */
  readonly rssBytes: number;
  readonly swapBytes: number;
  /** Mapped by huge entries: of anonymous and shared memory, and of files. */
  readonly hugeBytes: number;
  readonly lockedBytes: number;
  /** Two letters each (VmFlags of proc_pid_smaps(5)). */
  readonly flags: readonly string[];
}

/** Bytes of a mapping, by what its pages are. The sums are the mapping's size. */
export interface MappingResidency extends MappingPages {
  readonly sizeBytes: number;
  /** What BPF can read now. */
  readonly readableBytes: number;
  /** Content in memory, as mincore(2) counts it: in this process's page tables, or in the page cache. */
  readonly residentBytes: number;
  readonly swappedBytes: number;
  /** No entry in the page tables, and nothing in the page cache that would be mapped at a touch. */
  readonly absentBytes: number;
  /** Why bytes cannot be read. In memory: those are the difference between the two columns. */
  readonly causes: readonly CauseBytes[];
}

export interface CauseBytes {
  readonly cause: UnreadableCause;
  readonly bytes: number;
  /** The content is in memory all the same. */
  readonly isResident: boolean;
}

/** How reads of BPF in the process's own context and its page tables, asked at one instant, compare. */
export interface ReadCheck {
  /** Pages that were read. */
  readonly read: number;
  /** The tables said readable, and the read gave what the page holds. */
  readonly readable: number;
  /** The tables said not readable, and the read gave nothing. */
  readonly unreadable: number;
  /** The words that were read are zeros: a failed read looks the same. */
  readonly silent: number;
  /** The read said otherwise than the tables. */
  readonly contradicted: number;
}

export interface Residency {
  readonly pid: Pid;
  /** Name for the operator; hostile text. */
  readonly label: string;
  readonly mappings: readonly MappingResidency[];
  /** How long the look at the page tables took, and how many entries it looked at. */
  readonly lookMs: number;
  readonly entries: number;
  readonly isForkChild: boolean;
  readonly isNumaBalancing: boolean;
  /** Mappings of files that could not be opened, and of files whose pages did not arrive whole: what of them is in memory is not known. */
  readonly unopenedFiles: number;
  readonly unansweredFiles: number;
  /** Of a fork child: the parent could be looked at, too. */
  readonly isParentKnown: boolean;
  /** null: not asked for. */
  readonly check: ReadCheck | null;
}
