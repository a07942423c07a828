// Where a mounted continuation (a virtual thread's) ends and its carrier goes on: the frame of Continuation.enterSpecial. When all
// frames of the continuation are on the stack, it is an ordinary frame. When the older ones are still frozen in the heap, the oldest
// frame returns to a stub, cont_returnBarrier, and while frames are thawed or frozen other stubs run in between: from there on the
// entry is looked for above, and believed when what called it is Continuation.run.
// Sources: hotspot/cpu/{x86,aarch64}/sharedRuntime_*.cpp (gen_continuation_enter), stubGenerator_*.cpp (generate_cont_thaw),
// hotspot/share/runtime/continuationFreezeThaw.cpp (ReconstructedStack), continuation.cpp (continuation_bottom_sender).

import type { StackWindow } from '../stack-window.ts';
import type { KnownBlob } from './code-index.ts';
import type { HotspotProcess } from './hotspot-process.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';

export interface ContinuationEntry {
  /** Of the ContinuationEntry, which is the sp of enterSpecial's frame. */
  readonly address: number;
  readonly fp: number;
  /** What called enterSpecial. */
  readonly caller: PhysicalFrame;
  /** false: the nearest place that looks like one. */
  readonly isExact: boolean;
}

export const ENTER_SPECIAL = 'jdk/internal/vm/Continuation.enterSpecial';
const RUN = 'jdk/internal/vm/Continuation.run';
/** Of the blob with the stubs: `StubRoutines (continuation stubs)`, in JDK 25 without a blank. */
const BLOB_NAME = 'continuation';
const ALIGNMENT_BYTES = 16;
/** A return value and its kind, pushed right below the entry. */
const SAVED_RESULT_BYTES = 32;
/** What thawing reserves at once: small chunks whole (500 words), of large ones one or two frames. */
const MAX_DISTANCE_BYTES = 1 << 16;
/** ContinuationEntry::_argsize: a method has at most 255 words of arguments. */
const MAX_ARGUMENT_WORDS = 255;

/** Whether the blob has the stubs that freeze and thaw. */
export function isContinuationBlob(known: KnownBlob): boolean {
  return known.blob.name.includes(BLOB_NAME);
}

/** Whether a return address is cont_returnBarrier: what the oldest frame on the stack returns to while others are frozen. */
export function isReturnBarrier(process: HotspotProcess, known: KnownBlob, pc: number): boolean {
  return (
    isContinuationBlob(known) && process.code.architecture.stubs.isReturnBarrier(process.code.codeAround(known.blob, pc), pc)
  );
}

/** Whether a leaf stands at the start of cont_thaw, whose return address is still there. */
export function isThawEntry(process: HotspotProcess, known: KnownBlob, pc: number): boolean {
  return process.code.architecture.stubs.isThawEntry(process.code.codeAround(known.blob, pc), pc);
}

/** The entry above `frame`, which is in one of the stubs or returns to the barrier; null: none to be proven. Throws MemoryFault. */
export function findContinuationEntry(
  process: HotspotProcess,
  window: StackWindow,
  frame: PhysicalFrame,
): ContinuationEntry | null {
  const at = process.layout.continuation;
  if (at === null) return null;
  // Interpreted frames and cont_thaw have enterSpecial's own frame pointer.
  const byFp = entryAt(process, window, frame.fp - at.entryBytes, at.entryBytes);
  if (byFp !== null && byFp.address >= frame.sp) return { ...byFp, isExact: true };
  for (let distance = 0; distance < MAX_DISTANCE_BYTES; distance += ALIGNMENT_BYTES) {
    const address = Math.ceil(frame.sp / ALIGNMENT_BYTES) * ALIGNMENT_BYTES + distance;
    const found = entryAt(process, window, address, at.entryBytes);
    if (found === null) continue;
    const argumentWords = int32At(window, address + at.argumentWords);
    const own = argumentWords >= 0 && argumentWords <= MAX_ARGUMENT_WORDS ? 8 * argumentWords : 0;
    return { ...found, isExact: address - frame.sp <= own + ALIGNMENT_BYTES + SAVED_RESULT_BYTES };
  }
  return null;
}

/** Whether the entry at an address of the stack is a virtual thread's, and not one of a continuation used by itself. */
export function isVirtualThreadEntry(process: HotspotProcess, window: StackWindow, address: number): boolean {
  const at = process.layout.continuation;
  return at !== null && int32At(window, address + at.isVirtualThread) === 1;
}

function entryAt(
  process: HotspotProcess,
  window: StackWindow,
  address: number,
  entryBytes: number,
): Omit<ContinuationEntry, 'isExact'> | null {
  if (address % ALIGNMENT_BYTES !== 0 || !window.covers(address)) return null;
  const fp = address + entryBytes;
  const [savedFp, pc] = [window.tryWord(fp), window.tryReturnAddress(fp + 8)];
  if (savedFp === null || pc === null || !process.code.covers(pc)) return null;
  const caller = callerFrame(pc, fp + 16, savedFp);
  return innermostMethod(process, window, caller) === RUN ? { address, fp, caller } : null;
}

/** Name of the method that a frame's return address stands in; null: not to be had. */
function innermostMethod(process: HotspotProcess, window: StackWindow, frame: PhysicalFrame): string | null {
  const known = process.code.at(frame.pc);
  if (known === null) return null;
  const { blob } = known;
  if (blob.kind === 'interpreter') {
    const method = window.covers(frame.fp) ? process.code.architecture.interpreter.methodAt(window, frame.fp) : null;
    return method === null ? null : (process.methods.info(method)?.name ?? null);
  }
  if (blob.nmethod === null) return null;
  const isDeoptimized = blob.nmethod.deoptHandlers.includes(frame.pc);
  const pc = isDeoptimized ? window.tryReturnAddress(frame.sp + blob.nmethod.origPcOffset) : frame.pc;
  if (pc === null || pc < blob.codeBegin || pc >= blob.codeEnd) return null;
  const found = process.code.scopesAt(known, pc);
  const method = found.kind === 'scopes' && found.exact ? found.scopes[0]?.method : undefined;
  return method === undefined ? null : (process.methods.info(method)?.name ?? null);
}

/** -1 where the stack was not copied. */
function int32At(window: StackWindow, address: number): number {
  const word = window.tryWord(address - (address % 8));
  if (word === null) return -1;
  return address % 8 === 0 ? (word % 2 ** 32) | 0 : Math.floor(word / 2 ** 32) | 0;
}
