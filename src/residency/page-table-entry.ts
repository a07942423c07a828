// What the programs say of an entry of x86-64's page tables (its telling bits and its level, in one number) → the state of its pages.
// Sources: arch/x86/include/asm/pgtable_types.h (bits), pgtable_64.h (swap entries: the type in bits 59 to 63), include/linux/swap.h
// (the last types are not swap but migration, poison, markers and device memory).

import type { PageState } from '../model/page-state.ts';

/** Bits that the programs keep of an entry: templates/page-tables.bt has the same. */
const PRESENT = 0x1;
const WRITABLE = 0x2;
const USER = 0x4;
const HUGE = 0x80;
/** _PAGE_PROTNONE is _PAGE_BIT_GLOBAL of an entry that is not present. */
const PROTNONE = 0x100;
/** Bits 59 to 63, moved down to 12; of a present entry 59 to 62: its protection key. */
const TYPE_SHIFT = 12;
const TYPE_MASK = 0x1f;
/** log2 of the bytes that the entry stands for, 12, 21 or 30 (39 and 48: an entry of nothing). */
const SIZE_SHIFT = 20;
/** The last type of all since 5.19: a marker (guard regions, userfaultfd) of a page that has no content (SWP_PTE_MARKER). */
const MARKER_TYPE = 31;
/** MAX_SWAPFILES of include/linux/swap.h is 32 less 4 to 9 special types, by configuration: nobody swaps to 23 files. */
const FIRST_SPECIAL_TYPE = 23;

/** The states of all pages the entry stands for. 0 is no entry. */
export function decodeEntry(bits: number): PageState {
  if (bits === 0) return { kind: 'none' };
  const pageBytes = 2 ** ((bits >> SIZE_SHIFT) & 0x3f);
  const type = (bits >> TYPE_SHIFT) & TYPE_MASK;
  if ((bits & PRESENT) !== 0) {
    // What the kernel keeps for itself in a process's half (the vsyscall page of some) is nothing a user read reaches.
    if ((bits & USER) === 0) return { kind: 'special', pageBytes };
    if (type !== 0) return { kind: 'guarded', pageBytes };
    return { kind: 'readable', pageBytes, writable: (bits & WRITABLE) !== 0 };
  }
  if ((bits & PROTNONE) !== 0) return { kind: 'protected', pageBytes };
  // A huge page that is being split keeps its size bit and loses the present one.
  if (pageBytes > 4096 && (bits & HUGE) !== 0) return { kind: 'special', pageBytes };
  if (type === MARKER_TYPE) return { kind: 'none' };
  return { kind: type < FIRST_SPECIAL_TYPE ? 'swapped' : 'special', pageBytes };
}
