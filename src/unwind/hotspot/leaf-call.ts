// The Java frame below C++ code that it called directly, where neither call frame information nor frame pointers lead back to it.

import type { StackWindow } from '../stack-window.ts';
import type { HotspotProcess } from './hotspot-process.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';

/** A direct call of C++ from Java code leaves its return address at most this far above sp: the deepest leaf routines use 2 KB. */
const MAX_LEAF_CALL_SCAN_BYTES = 4096;

/**
 * Java code called a C++ routine directly (no anchor is set for leaf calls) and frame pointers do not lead back: the nearest word
 * above sp that is a return address of a call out of Java code. A guess, for the caller to mark.
 */
export function findLeafCall(hotspot: HotspotProcess, window: StackWindow, leaf: PhysicalFrame): PhysicalFrame | null {
  // Counted, not compared: an rsp of 2^63, which the target may well have, does not grow by 8 in a number.
  for (let offset = 0; offset < MAX_LEAF_CALL_SCAN_BYTES; offset += 8) {
    const slot = leaf.sp + offset;
    const pc = window.tryReturnAddress(slot);
    if (pc === null || !hotspot.code.covers(pc) || !hotspot.code.callsOut(pc)) continue;
    // Compiler threads have addresses of code they are making on their stacks: nobody runs it yet.
    if (hotspot.code.at(pc)?.blob.name.includes('CodeBuffer') !== false) continue;
    return callerFrame(pc, slot + 8, fpBefore(window, slot, leaf.fp));
  }
  return null;
}

/**
 * rbp of the Java frame whose call left its return address at `slot`: still in rbp when that points above, else saved below the
 * return address by the routine it called, which is libjvm's and begins with `push rbp`.
 */
function fpBefore(window: StackWindow, slot: number, rbp: number): number {
  if (rbp > slot && window.covers(rbp)) return rbp;
  const saved = window.tryWord(slot - 8);
  return saved !== null && saved > slot && window.covers(saved) ? saved : rbp;
}
