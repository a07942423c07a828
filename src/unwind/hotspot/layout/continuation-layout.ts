// What stands on a carrier's stack where a continuation was mounted: ContinuationEntry, in the frame of Continuation.enterSpecial
// (hotspot/share/runtime/continuationEntry.hpp).

import type { Shape, TableReader } from './table-reader.ts';

export interface ContinuationLayout {
  /** From the entry, which is where enterSpecial's sp points, to that frame's saved rbp. */
  readonly entryBytes: number;
  /** Address of the variable ContinuationEntry::_return_pc; null: not exported (21 to 24). */
  readonly returnPc: number | null;
  /** jdk.internal.vm.Continuation, an oop. */
  readonly continuation: number;
  /** An int: 1 for a virtual thread's continuation. */
  readonly isVirtualThread: number;
  /** An int: words of stack arguments between the entry and the oldest frame that is not frozen. */
  readonly argumentWords: number;
}

/** frame::frame_alignment. */
const FRAME_ALIGNMENT_BYTES = 16;
/** ContinuationEntry of 21 to 24, whose tables do not have it. */
const ENTRY_BYTES_UNTIL_24 = 64;

const ENTRY_BYTES = {
  exported: { jdks: '25 and later', read: (look) => look.size('ContinuationEntry') },
  known: {
    jdks: '21 to 24',
    read: (look) => {
      look.field('JavaThread', '_vthread');
      return ENTRY_BYTES_UNTIL_24;
    },
  },
} as const satisfies Record<string, Shape<number>>;

/**
 * null: a VM without virtual threads. The entry's own fields are in no table; enterSpecial, which writes them, is the same machine code
 * from 21 to 27: a pointer to the outer entry after an empty class, the continuation, its chunk, the flag, the words of arguments.
 */
export function continuationLayout(look: TableReader): ContinuationLayout | null {
  return look.optional(() => ({
    entryBytes: Math.ceil(look.firstOf<number>(ENTRY_BYTES) / FRAME_ALIGNMENT_BYTES) * FRAME_ALIGNMENT_BYTES,
    returnPc: look.tables.staticAddress('ContinuationEntry', '_return_pc'),
    continuation: 16,
    isVirtualThread: 32,
    argumentWords: 36,
  }));
}
