// The frame of the call stub, where Java was called from C++: what its JavaCallWrapper says of the older Java frames, and whether a
// leaf in the call stub, or in the stub that catches what no Java frame did, stands in such a frame that is whole: then the wrapper is enough,
// without any native frame between. Source: generate_call_stub and generate_catch_exception (hotspot/cpu/*/stubGenerator_*.cpp); the
// stub's own return address is not needed for it.

import { hex } from '../../model/units.ts';
import { type StackWindow, WalkStop } from '../stack-window.ts';
import type { CodeBlob } from './code-blob.ts';
import type { CodeIndex } from './code-index.ts';
import type { Codelet } from './codelets.ts';
import type { HotspotLayout } from './layout.ts';
import { type AnchoredFrame, callerFrame, type PhysicalFrame } from './physical-frame.ts';
import type { WalkContext } from './walk-context.ts';

/** How a run of Java frames ended. */
export type JavaEnd =
  /**
   * At the call stub. `anchor`: the Java frames below it, null when there are none (the end of the Java stack). `native`: the
   * C++ frame that called Java.
   */
  | { readonly kind: 'entry'; readonly anchor: AnchoredFrame | null; readonly native: PhysicalFrame }
  /** At the stub of an upcall whose frame does not tell of older Java frames. `native`: the C function that calls Java. */
  | { readonly kind: 'upcall'; readonly native: PhysicalFrame }
  /** A return address outside the code cache: native code called Java code without the call stub, or a chain went wrong. */
  | { readonly kind: 'native'; readonly frame: PhysicalFrame };

/** It has some 200 bytes. */
const MAX_CALL_STUB_BYTES = 1024;
/** It is jumped to out of Java code, with the frame pointer of the entry frame. */
const CATCH_EXCEPTION = 'catch_exception';

/** `stub`: the one that covers the leaf's pc. Throws MemoryFault. */
export function isInEntryFrame(code: CodeIndex, stub: Codelet, callStubReturn: number, { pc, sp, fp }: PhysicalFrame): boolean {
  const { callWrapperOffsetBytes, stubs } = code.architecture;
  // Taken down to the slots above the wrapper's, or the frame pointer is the caller's again.
  if (fp + callWrapperOffsetBytes < sp) return false;
  if (stub.description === CATCH_EXCEPTION) return true;
  if (callStubReturn < stub.start || callStubReturn >= stub.end) return false;
  const bytes = code.code(stub.start, Math.min(stub.end, stub.start + MAX_CALL_STUB_BYTES));
  return stubs.isEntryFrameWhole(bytes, pc);
}

/** What the anchor in an entry frame's JavaCallWrapper says of the Java frames below it. Throws WalkStop. */
export function entryCaller({ architecture, process, window: at }: WalkContext, frame: PhysicalFrame): JavaEnd {
  const { layout } = process;
  if (!at.covers(frame.fp) || frame.fp < frame.sp) throw new WalkStop('bad-frame', `entry frame at ${hex(frame.fp)}`);
  const anchorAt = at.word(frame.fp + architecture.callWrapperOffsetBytes) + layout.callWrapperAnchor;
  return endAt(at, layout, anchorAt, architecture.callStubCaller(at, frame.fp), frame.fp);
}

/**
 * The same of an upcall's frame, which keeps an anchor of its own and, as HotSpot's frame::sender does, leads on by that. Throws WalkStop,
 * also where the VM does not tell where it is.
 */
export function upcallCaller({ process, window: at }: WalkContext, blob: CodeBlob, frame: PhysicalFrame): JavaEnd {
  const { upcall } = process.layout;
  if (upcall === null || blob.frameDataOffset === null)
    throw new WalkStop('bad-frame', 'an upcall of a VM that does not tell of it');
  const native = callerOfUpcall(at, frame);
  return endAt(at, process.layout, frame.sp + blob.frameDataOffset + upcall.anchor, native, frame.fp);
}

/**
 * The same of an upcall's frame that native code returns to: UpcallLinker::on_entry, which has yet to fill in the anchor, or on_exit, which
 * has given it back (hotspot/share/prims/upcallLinker.cpp). What lies in its place may be left over from anything. Throws WalkStop.
 */
export function upcallFromNative({ window: at }: WalkContext, frame: PhysicalFrame): JavaEnd {
  return { kind: 'upcall', native: callerOfUpcall(at, frame) };
}

function callerOfUpcall(at: StackWindow, frame: PhysicalFrame): PhysicalFrame {
  if (!at.covers(frame.fp) || frame.fp < frame.sp) throw new WalkStop('bad-frame', `upcall frame at ${hex(frame.fp)}`);
  return callerFrame(at.returnAddress(frame.fp + 8), frame.fp + 16, at.word(frame.fp));
}

function endAt(
  at: StackWindow,
  { anchor }: HotspotLayout,
  anchorAt: number,
  native: PhysicalFrame,
  framePointer: number,
): JavaEnd {
  const sp = at.word(anchorAt + anchor.lastJavaSp);
  if (sp === 0) return { kind: 'entry', anchor: null, native };
  if (sp <= framePointer || !at.covers(sp)) throw new WalkStop('bad-frame', `anchor at ${hex(sp)}`);
  const [pc, fp] = [at.word(anchorAt + anchor.lastJavaPc), at.word(anchorAt + anchor.lastJavaFp)];
  return { kind: 'entry', anchor: { sp, fp, pc }, native };
}
