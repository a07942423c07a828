// The state of a page that BPF could not read, and what is known around it → the cause. The page tables alone do not say it: an entry
// that is missing is "never touched" in anonymous memory, "not faulted in" in a file, and a fork child's where its parent has one;
// one that is protected is NUMA balancing's hint or PROT_NONE, which /proc/PID/pagemap cannot tell apart either: the mapping can.
// Sources: pte_protnone() of include/linux/pgtable.h, vma_needs_copy() of mm/memory.c, do_numa_page().

import type { CacheState, PageStateKind, UnreadableCause } from '../model/page-state.ts';
import { USER_ADDRESS_END } from '../model/units.ts';

/** A mapping, as much as the causes need; `/proc/PID/maps` has it. */
export interface PageMapping {
  /** Four letters, e.g. `r-xp`. */
  readonly permissions: string;
  /** A file's or shared memory's page comes from somewhere; an anonymous one begins as zeros. */
  readonly isBacked: boolean;
}

export interface PageFacts {
  readonly address: number;
  readonly state: PageStateKind;
  /** null: none holds the address; undefined: the mappings could not be asked any more. */
  readonly mapping: PageMapping | null | undefined;
  /** It was forked and has not begun a program of its own (PF_FORKNOEXEC, include/linux/sched.h). */
  readonly isForkChild: boolean;
  /** The same page of its parent; null: not asked. */
  readonly parentState: PageStateKind | null;
  /** The process was seen to give the page back since it was last touched. */
  readonly wasGivenBack: boolean;
  readonly cache: CacheState;
  /** `kernel.numa_balancing` is on. */
  readonly isNumaBalancing: boolean;
}

/** Why this page cannot be read. */
export function explainPage(facts: PageFacts): UnreadableCause {
  if (facts.address >= USER_ADDRESS_END) return 'kernel-address';
  switch (facts.state) {
    case 'readable':
      return 'readable-again';
    case 'guarded':
      return 'guarded';
    case 'swapped':
      return 'swapped';
    case 'special':
      return 'special';
    case 'protected':
      return explainProtected(facts);
    case 'none':
      return explainMissing(facts);
    default:
      return facts.state satisfies never;
  }
}

function explainProtected({ mapping, isNumaBalancing }: PageFacts): UnreadableCause {
  if (mapping?.permissions.startsWith('---') === true) return 'prot-none';
  // Where nothing balances it can only be the process's doing; a mapping that allows it has changed since.
  if (!isNumaBalancing) return mapping === null || mapping === undefined ? 'prot-none' : 'protected';
  return mapping === null || mapping === undefined ? 'protected' : 'numa-hinting';
}

function explainMissing(facts: PageFacts): UnreadableCause {
  const { mapping, cache } = facts;
  if (mapping === null) return 'not-mapped';
  if (mapping?.permissions.startsWith('---') === true) return 'prot-none';
  if (facts.wasGivenBack) return 'given-back';
  if (facts.isForkChild && facts.parentState === 'readable') return 'fork-child';
  if (mapping === undefined) return 'process-ended';
  if (!mapping.isBacked) return 'never-touched';
  switch (cache) {
    case 'cached':
      return 'not-faulted-in';
    case 'not-cached':
      return 'not-in-memory';
    case 'untouched':
      return 'never-touched';
    case 'swapped':
      return 'swapped';
    case 'unknown':
      return 'not-in-tables';
    default:
      return cache satisfies never;
  }
}
