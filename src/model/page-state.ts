// What a page of a process is to the CPU that would read it, as its page tables say, and why a BPF program cannot read one. BPF reads
// user memory with page faults off (copy_from_user_nofault(), mm/maccess.c): what the page tables do not show at that instant is
// -EFAULT, wherever the page's content may be. One row per cause: a new one does not compile until it is explained.

import type { Address } from './units.ts';

/** What an entry of the page tables says. */
export type PageState =
  /** Present and the user's: BPF can read it. `writable`: no write fault would come; false of a page shared after fork. */
  | { readonly kind: 'readable'; readonly pageBytes: number; readonly writable: boolean }
  /** Present for the kernel alone: PROT_NONE, or NUMA balancing's hint, which looks the same. */
  | { readonly kind: 'protected'; readonly pageBytes: number }
  /** Guarded by a memory protection key (pkeys(7)): readable for threads whose PKRU allows it. */
  | { readonly kind: 'guarded'; readonly pageBytes: number }
  /** In swap, or in the swap cache and not mapped any more. */
  | { readonly kind: 'swapped'; readonly pageBytes: number }
  /** Being moved, split or marked by the kernel, or lost to bad memory: entries of the special swap types. */
  | { readonly kind: 'special'; readonly pageBytes: number }
  /** No entry. */
  | { readonly kind: 'none' };

export type PageStateKind = PageState['kind'];

/** Pages from `start` up to `end` (exclusive) that are in one state; addresses are multiples of 4096. */
export interface PageRun {
  readonly start: Address;
  readonly end: Address;
  readonly state: PageState;
}

/** Whether the content of a page is in memory, asked of where it comes from: the page cache for files and shared memory. */
export type CacheState =
  | 'cached'
  | 'not-cached'
  /** Of shared memory: in swap. */
  | 'swapped'
  /** Of shared memory: nobody has touched it, or it was given back. */
  | 'untouched'
  | 'unknown';

export type UnreadableCause =
  | 'not-mapped'
  | 'kernel-address'
  | 'never-touched'
  | 'given-back'
  | 'swapped'
  | 'fork-child'
  | 'not-faulted-in'
  | 'not-in-memory'
  | 'not-in-tables'
  | 'numa-hinting'
  | 'prot-none'
  | 'protected'
  | 'guarded'
  | 'special'
  | 'readable-again'
  | 'process-ended';

/** A cause in words: a few for tables, a sentence, and what to do to read the bytes all the same. */
export interface CauseText {
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
}

const AT_EXIT = 'read at the exit of the system call instead of its entry, or the kernel’s own copy: by then it was faulted in';

export const CAUSE_TEXTS: Readonly<Record<UnreadableCause, CauseText>> = {
  'not-mapped': {
    title: 'not mapped',
    meaning: 'no mapping of the process holds the address',
    remedy: 'check the pointer: a stale or wrong one, or an argument that is no pointer',
  },
  'kernel-address': {
    title: 'kernel address',
    meaning: 'the address is not the user’s',
    remedy: 'read it as the kernel’s: kptr() in bpftrace',
  },
  'never-touched': {
    title: 'never touched',
    meaning: 'memory without a page: never touched, or given back before jtrace looked',
    remedy: 'nothing is there to be read: the process would see zeros',
  },
  'given-back': {
    title: 'given back',
    meaning: 'the process gave the page back: madvise(MADV_DONTNEED) and its like',
    remedy: 'its content is gone: the process would see zeros, or what the file has',
  },
  swapped: {
    title: 'swapped out',
    meaning: 'the content is in swap',
    remedy: `${AT_EXIT}; or less memory pressure, mlock()`,
  },
  'fork-child': {
    title: 'fork child',
    meaning:
      'the process was forked and has no page-table entry of its own yet, though its parent has: fork() leaves out those of files and shared memory',
    remedy: `${AT_EXIT}; vfork and posix_spawn children share their parent’s tables`,
  },
  'not-faulted-in': {
    title: 'not faulted in',
    meaning: 'the content is in memory (page cache), but this process has not touched it',
    remedy: AT_EXIT,
  },
  'not-in-memory': {
    title: 'not in memory',
    meaning: 'a page of a file that is not in memory: never read, or dropped',
    remedy: AT_EXIT,
  },
  'not-in-tables': {
    title: 'not in the tables',
    meaning: 'this process has no entry for the page; whether its content is in memory was not asked',
    remedy: AT_EXIT,
  },
  'numa-hinting': {
    title: 'NUMA hinting',
    meaning: 'NUMA balancing has taken the access away for a moment to see who touches the page',
    remedy: 'sysctl kernel.numa_balancing=0 while you look, or read again: the next touch gives it back',
  },
  'prot-none': {
    title: 'PROT_NONE',
    meaning: 'the process has forbidden all access to the mapping: guard pages, reserved heap',
    remedy: 'nobody may read it, the process neither',
  },
  protected: {
    title: 'protected',
    meaning: 'access is taken away, and the mapping does not say why: it changed meanwhile, or could not be asked any more',
    remedy: 'PROT_NONE, or NUMA hinting where sysctl kernel.numa_balancing is not 0: read again',
  },
  guarded: {
    title: 'protection key',
    meaning: 'a memory protection key (pkeys) guards it: readable only in threads whose PKRU allows it',
    remedy: 'probe a thread that has the key',
  },
  special: {
    title: 'being moved',
    meaning: 'the kernel is moving, splitting or marking the page, or has lost it (bad memory)',
    remedy: 'read again a moment later',
  },
  'readable-again': {
    title: 'readable again',
    meaning: 'it could be read when jtrace looked, a moment later',
    remedy: 'a touch, or a NUMA hint that was resolved',
  },
  'process-ended': {
    title: 'process ended',
    meaning: 'the process ended before it could be asked',
    remedy: 'longer runs, or a parent that waits',
  },
};
