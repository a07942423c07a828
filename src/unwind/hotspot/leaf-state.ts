// Where a leaf's frame stands in code that HotSpot generated, from the code bytes: compiled methods, native wrappers, runtime stubs
// and StubRoutines. Rules first; callers check what comes of them and fall back to plausibility, marked approximate.
// Sources: the architectures' tables (arch/) name the assemblers; AsyncGetCallTrace and async-profiler's stackFrame_x64.cpp solve the same problem.

import type { CodeBytes, FrameState, Pushed, StubState } from '../arch/code-bytes.ts';
import { WHOLE } from '../arch/code-bytes.ts';
import { ENTRY_BYTES } from '../limits.ts';
import { MemoryFault } from '../memory-view.ts';
import type { CodeIndex, KnownBlob } from './code-index.ts';
import type { Codelet } from './codelets.ts';
import type { PhysicalFrame } from './physical-frame.ts';
import type { StubNames } from './stub-names.ts';

/** Their names (hotspot/share/code/codeBlob.cpp). */
const OPTO_BLOBS: ReadonlySet<string> = new Set(['ExceptionBlob', 'UncommonTrapBlob']);
/** They have some 200 bytes. */
const MAX_OPTO_BLOB_BYTES = 4096;
/** A prologue spans at most a stack bang, push, mov, sub and a clinit barrier: searched this far before frame_complete. */
const MAX_PROLOGUE_BYTES = 96;

/** The longest of those without a stack bang, sub rsp, imm32; mov [rsp + disp32], rbp, has 15 bytes; on aarch64 four instructions. */
const MAX_STUB_PROLOGUE_BYTES = 16;
/** From a teardown to where the check for the reserved zone of the stack goes on there are 80 bytes; the check itself has 13. */
const [MAX_BEFORE_CHECK_BYTES, MAX_CHECK_BYTES] = [128, 24];
/** Followed to find a return: first, and where all of the code does not tell. */
const [FEW_INSTRUCTIONS, MANY_INSTRUCTIONS] = [192, 8192];

/** State of a compiled method's (or native wrapper's) frame at a leaf pc. Throws MemoryFault. */
export function compiledLeafState(index: CodeIndex, known: KnownBlob, pc: number): FrameState {
  return remembered(index, known.leafStates, pc, () => findCompiledState(index, known, pc));
}

function findCompiledState(index: CodeIndex, known: KnownBlob, pc: number): FrameState {
  const { blob } = known;
  const { prologueState, epilogueState, afterEpilogueState, unbuilt } = index.architecture.frames;
  const osrEntry = blob.nmethod?.osrEntry ?? 0;
  if (pc < blob.frameComplete) {
    const start = Math.max(blob.codeBegin, blob.frameComplete - MAX_PROLOGUE_BYTES);
    const state = prologueState(index.code(start, blob.frameComplete), pc, start, blob.frameComplete);
    // Code before a prologue of unknown shape (inline cache check, barrier) has pushed nothing.
    return state ?? unbuilt;
  }
  // C1 code compiled for on-stack replacement has a second prologue, far behind frame_complete.
  if (osrEntry > blob.frameComplete && pc >= osrEntry && pc < osrEntry + MAX_PROLOGUE_BYTES) {
    const end = Math.min(blob.codeEnd, osrEntry + MAX_PROLOGUE_BYTES);
    const state = prologueState(index.code(osrEntry, end), pc, osrEntry, end);
    if (state !== null && state.kind !== 'whole') return state;
  }
  const code = index.codeAround(blob, pc);
  return epilogueState(code, pc) ?? afterEpilogueState(code, pc) ?? inReservedCheck(index, known, pc) ?? WHOLE;
}

/** The same of a method that called the VM without telling it, by the return address. Throws MemoryFault. */
export function compiledCallerState(index: CodeIndex, known: KnownBlob, pc: number): FrameState {
  return remembered(index, known.callerStates, pc, () =>
    pc > known.blob.frameComplete ? (inReservedCheck(index, known, pc) ?? WHOLE) : WHOLE,
  );
}

function inReservedCheck(index: CodeIndex, { blob }: KnownBlob, pc: number): FrameState | null {
  const start = Math.max(blob.frameComplete, pc - MAX_BEFORE_CHECK_BYTES);
  const code = index.code(start, Math.min(blob.codeEnd, pc + MAX_CHECK_BYTES));
  return index.architecture.frames.reservedCheckState(code, pc, blob.frameSizeBytes);
}

/** Code bytes tell it, and those that tell are never patched. */
function remembered(index: CodeIndex, states: Map<number, FrameState>, pc: number, find: () => FrameState): FrameState {
  let state = states.get(pc);
  if (state === undefined) {
    state = find();
    states.set(pc, state);
    index.hold(ENTRY_BYTES);
  }
  return state;
}

/**
 * Bytes that a method or stub has pushed below its whole frame where it is at `pc`, a leaf's or behind a call; null: its code does not tell;
 * 'elsewhere': it does not, but keeps its stack pointer in a register or a word, which a way out would find. Throws WalkStop.
 */
export function pushedBelowFrame(index: CodeIndex, known: KnownBlob, pc: number): Pushed {
  let pushed = known.pushed.get(pc);
  if (pushed !== undefined) return pushed;
  try {
    pushed = findPushed(index, known, pc);
  } catch (error) {
    // Code that cannot be read tells nothing.
    if (!(error instanceof MemoryFault)) throw error;
    return null;
  }
  known.pushed.set(pc, pushed);
  index.hold(ENTRY_BYTES);
  return pushed;
}

function findPushed(index: CodeIndex, known: KnownBlob, pc: number): Pushed {
  const { codeBegin, codeEnd, frameComplete, frameSizeBytes, nmethod } = known.blob;
  const { keepsStack, pushedBytes } = index.architecture.frames;
  const code = (start: number, end: number): CodeBytes => index.codeToFollow(start, end);
  // Behind its instructions a method has stubs, entered by calls, and handlers, which push.
  const ownEnd = nmethod?.instructionsEnd ?? codeEnd;
  const isOwn = pc >= frameComplete && pc < ownEnd;
  const followed = { code, begin: codeBegin, end: isOwn ? ownEnd : codeEnd, frameSizeBytes };
  const within = (instructions: number): Pushed => pushedBytes(followed, pc, instructions);
  // In most code a return is near. In what is larger one look at all of it spares many at each place.
  const near = known.keepsStack === null || !isOwn ? within(FEW_INSTRUCTIONS) : null;
  if (typeof near === 'number') return near;
  if (!isOwn) return within(MANY_INSTRUCTIONS);
  known.keepsStack ??= keepsStack({ ...followed, begin: Math.max(codeBegin, frameComplete) });
  return known.keepsStack ? 0 : within(MANY_INSTRUCTIONS);
}

/** State of a runtime stub's frame at a leaf pc: built by enter, or like a C2 method's. Throws MemoryFault. */
export function runtimeStubLeafState(index: CodeIndex, known: KnownBlob, pc: number): StubState {
  const { blob } = known;
  const { prologueState, epilogueState, afterEpilogueState, jumpedTo } = index.architecture.frames;
  if (OPTO_BLOBS.has(blob.name)) {
    const state = index.architecture.stubs.exceptionBlobState(
      index.code(blob.codeBegin, Math.min(blob.codeEnd, blob.codeBegin + MAX_OPTO_BLOB_BYTES)),
      pc,
    );
    if (state !== null) return state;
  }
  const entered = enteredState(index, blob.codeBegin, pc);
  if (entered !== null && entered.kind !== 'frame-pointer') return entered;
  const code = index.codeAround(blob, pc);
  const end = epilogueState(code, pc) ?? afterEpilogueState(code, pc);
  if (end !== null) return end;
  if (entered !== null) return entered;
  if (blob.frameComplete < blob.codeBegin)
    return notYetEntered(index, known, pc) ?? stubOfMethodShape(index, known, pc) ?? jumpedTo;
  if (pc >= blob.frameComplete) return WHOLE;
  return prologueState(index.code(blob.codeBegin, blob.frameComplete), pc, blob.codeBegin, blob.frameComplete) ?? WHOLE;
}

/** C2's stubs for calls of the VM (rethrow) begin with the prologue of a method, but do not say where it ends; null: another. */
function stubOfMethodShape(index: CodeIndex, { blob }: KnownBlob, pc: number): FrameState | null {
  const end = Math.min(blob.codeEnd, blob.codeBegin + MAX_STUB_PROLOGUE_BYTES);
  return index.architecture.frames.prologueState(index.code(blob.codeBegin, end), Math.min(pc, end), blob.codeBegin, end);
}

/** Before a frame that is set up behind a fast path (register_finalizer), where the return address is still in its register; null: not so. */
function notYetEntered(index: CodeIndex, { blob }: KnownBlob, pc: number): FrameState | null {
  const { prologueState, unbuilt } = index.architecture.frames;
  if (unbuilt.kind !== 'linked') return null;
  const end = Math.min(blob.codeEnd, pc + MAX_PROLOGUE_BYTES);
  const state = prologueState(index.code(pc, end), pc, pc, end);
  return state?.kind === 'linked' ? state : null;
}

/**
 * State in a blob without a frame size: adapters have only the return address on top of the stack; C1's barrier stubs
 * (g1_post_barrier_slow) begin with enter and call the VM; others (slow_subtype_check, unwind_exception) save some registers, or
 * align the stack for a call. Throws MemoryFault.
 */
export function framelessStubState(index: CodeIndex, known: KnownBlob, { pc, isLeaf }: PhysicalFrame): StubState {
  const { blob } = known;
  const { framelessCaller, framelessLeaf, epilogueState } = index.architecture.frames;
  const entered = enteredState(index, blob.codeBegin, pc);
  const around = index.codeAround(blob, pc);
  if (!isLeaf) return entered ?? framelessCaller(around, pc);
  const end = epilogueState(around, pc);
  if (end !== null) return end;
  // Right behind a call it has what it aligned the stack by, as its caller has.
  const behindCall = framelessCaller(around, pc);
  if (entered === null && behindCall.kind === 'partial' && behindCall.returnAt > 0) return behindCall;
  // Outside of enter and leave: an adapter may have made room all the same, and keeps the sender's sp in a register.
  if (entered !== null && entered.kind !== 'linked') return entered;
  return framelessLeaf(index.code(blob.codeBegin, Math.min(pc, blob.codeEnd)));
}

/** Torn down, or about to be: what the code says of a StubRoutine wherever it begins; null: nothing. Throws MemoryFault. */
export function stubRoutineEndState(index: CodeIndex, known: KnownBlob, pc: number): FrameState | null {
  const { epilogueState, afterEpilogueState } = index.architecture.frames;
  const code = index.codeAround(known.blob, pc);
  return epilogueState(code, pc) ?? afterEpilogueState(code, pc);
}

/** How a frame of StubRoutines, or of a method that pushes, is left, by the code that runs until then; null: that does not tell. */
export function wayOutOf(index: CodeIndex, known: KnownBlob, pc: number, callStubReturn: number): StubState | null {
  let way = known.waysOut.get(pc);
  if (way === undefined) {
    const { codeBegin, codeEnd } = known.blob;
    try {
      way = index.architecture.stubs.wayOut(
        (start, end) => index.codeToFollow(start, end),
        pc,
        codeBegin,
        codeEnd,
        callStubReturn,
      );
    } catch (error) {
      // Code that cannot be read tells nothing; what the other rules need of it may be there.
      if (!(error instanceof MemoryFault)) throw error;
      return null;
    }
    known.waysOut.set(pc, way);
    index.hold(3 * ENTRY_BYTES);
  }
  return way;
}

/** State of a frame in StubRoutines (arraycopy, CRC32, …) at a leaf pc. Throws MemoryFault. */
export function stubRoutineLeafState(index: CodeIndex, known: KnownBlob, stubs: StubNames, pc: number): StubState {
  const end = stubRoutineEndState(index, known, pc);
  if (end !== null) return end;
  const stub = stubs.at(pc);
  const entered = stub === null ? null : enteredState(index, stub.start, pc);
  return entered ?? index.architecture.frames.unbuilt;
}

/** As its name is spelt in all JDKs. */
const FORWARD_EXCEPTION = /^forward.exception$/u;

/** State in the stub that leads an exception to its handler, by its name; null: it is another. Throws MemoryFault. */
export function forwardingState(index: CodeIndex, stub: Codelet, { pc, isLeaf }: PhysicalFrame): FrameState | null {
  if (!FORWARD_EXCEPTION.test(stub.description)) return null;
  return index.architecture.stubs.forwardExceptionState(index.code(stub.start, stub.end), pc, isLeaf);
}

/** State in code that begins with enter; null: it does not. Throws MemoryFault. */
export function enteredState(index: CodeIndex, start: number, pc: number): StubState | null {
  const { frames } = index.architecture;
  return frames.enteredState(index.code(start, start + frames.enteredBytes(pc - start)), pc);
}
