// The last Java frame of a thread that is in native or VM code: by its anchor, captured with the sample or read after it.

import { pointOf } from '../../model/registers.ts';
import type { RawSample } from '../../model/sample.ts';
import { hex } from '../../model/units.ts';
import { type StackWindow, WalkStop } from '../stack-window.ts';
import type { HotspotProcess } from './hotspot-process.ts';
import { type AnchoredFrame, callerFrame, type PhysicalFrame } from './physical-frame.ts';

/** The thread's last Java frame: captured with the sample, or read now (approximate). null: none. */
export function lastJavaFrame(
  hotspot: HotspotProcess,
  sample: RawSample,
  window: StackWindow,
  mayReread: boolean,
): AnchoredFrame | null {
  const captured = sample.anchor;
  if (captured !== null) {
    if (captured.lastJavaSp === 0) return null;
    if (!window.covers(captured.lastJavaSp)) {
      // The VM's own threads (GC, VM Thread) are no JavaThreads: what lies where an anchor would be is something else.
      if (hotspot.threads.address(sample.tid) !== captured.thread) return null;
      throw new WalkStop('bad-frame', `last Java sp ${hex(captured.lastJavaSp)} is not in this stack`);
    }
    return { sp: captured.lastJavaSp, fp: captured.lastJavaFp, pc: captured.lastJavaPc };
  }
  if (!mayReread) return null;
  const now = hotspot.threads.anchorNow(sample.tid);
  if (now === null || now.sp <= (sample.registers === null ? 0 : pointOf(sample.registers).sp) || !window.covers(now.sp))
    return null;
  // Believed only if the captured stack agrees: the word below sp is the return address that the call left there.
  if (window.tryReturnAddress(now.sp - 8) !== now.pc) return null;
  window.approximations.add('reread-anchor');
  return now;
}

/** The frame itself, whose pc may lie in the stack. Throws WalkStop where that was not copied: after the native frames above it were walked. */
export function frameOfAnchor(window: StackWindow, { sp, fp, pc }: AnchoredFrame): PhysicalFrame {
  return callerFrame(pc === 0 ? window.returnAddress(sp - 8) : pc, sp, fp);
}
