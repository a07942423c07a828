// Where a program that runs in the kernel finds what a thread is parked for: from its JavaThread the java.lang.Thread, from that the field that
// LockSupport sets (java/util/concurrent/locks/LockSupport.java). Of virtual threads nothing: they are parked without their JavaThread.

import type { TargetReader } from '../../model/target.ts';
import { MemoryFault } from '../memory-view.ts';
import { className, fieldOffset } from './field-offsets.ts';
import { HeapOops } from './heap-oops.ts';
import { attachHotspot, type HotspotProcess } from './hotspot-process.ts';

export interface BlockerPlace {
  /** In a JavaThread: an oop, or a handle, a pointer to one. */
  readonly threadObject: { readonly at: number; readonly isHandle: boolean };
  /** In a java.lang.Thread. */
  readonly blocker: number;
  /** null: references are addresses. */
  readonly narrow: { readonly base: number; readonly shift: number } | null;
}

/** Depth of classes of threads: a few. */
const MAX_SUPERS = 64;
const MAX_SHIFT = 32;

/** null: this VM does not tell. */
export function blockerPlace(reader: TargetReader): BlockerPlace | null {
  const attached = attachHotspot(reader);
  if (attached.kind !== 'ready') return null;
  const { layout, flags, memory, threads } = attached.process;
  const { names } = layout;
  if (names === null || flags.heap === null) return null;
  try {
    for (const thread of threads.all()) {
      const blocker = blockerOf(attached.process, thread);
      if (blocker === null) continue;
      const narrow = flags.heap.compressedOops
        ? { base: memory.word(names.narrowOop.base), shift: memory.u32(names.narrowOop.shift) }
        : null;
      return narrow !== null && narrow.shift >= MAX_SHIFT ? null : { threadObject: names.threadObj, blocker, narrow };
    }
  } catch (error) {
    if (!(error instanceof MemoryFault)) throw error;
  }
  return null;
}

/** null: the thread has no object (yet), or it is being moved. */
function blockerOf({ layout, flags, memory }: HotspotProcess, thread: number): number | null {
  const { names } = layout;
  if (names === null || flags.heap === null) return null;
  try {
    const oops = HeapOops.of(memory, names, flags.heap);
    if (oops === null) return null;
    const { at, isHandle } = names.threadObj;
    let klass = oops.klass(oops.root(isHandle ? memory.word(thread + at) : thread + at));
    for (let depth = 0; klass !== 0 && depth < MAX_SUPERS; depth += 1) {
      if (className(memory, layout, klass) === 'java/lang/Thread')
        return fieldOffset(memory, layout, klass, 'parkBlocker', 'Ljava/lang/Object;');
      klass = memory.word(klass + names.superclass);
    }
  } catch (error) {
    if (!(error instanceof MemoryFault)) throw error;
  }
  return null;
}
