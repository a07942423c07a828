// Steps of a Java walk over code that is no method's: runtime stubs, StubRoutines, vtable stubs, adapters.

import type { Registers } from '../../model/registers.ts';
import { type StubState, WHOLE } from '../arch/code-bytes.ts';
import { callerOfStub } from './called-stub.ts';
import type { KnownBlob } from './code-index.ts';
import { callerAtFrameEnd, callerByWayOut, callerOfFrameSize, callerOfUnbuilt } from './frame-callers.ts';
import type { HotspotProcess } from './hotspot-process.ts';
import { stubFrame } from './java-frames.ts';
import {
  forwardingState,
  framelessStubState,
  pushedBelowFrame,
  runtimeStubLeafState,
  stubRoutineEndState,
  stubRoutineLeafState,
  wayOutOf,
} from './leaf-state.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';
import { safepointStep } from './safepoint-step.ts';
import type { WalkContext } from './walk-context.ts';

/** Of an adapter's code this much is looked at: a method of 255 arguments has 4 KB of moves; the longest move of the return address has 16. */
const MAX_ADAPTER_BYTES = 8192;
const ADAPTER_BYTES_BEHIND = 24;
/**
 * nmethod_entry_barrier keeps a word for the new sp of a deoptimization between the return address and rbp. Until it is used, all its bits are
 * set, which as a number is this (hotspot/cpu/x86/stubGenerator_x86_64.cpp, generate_method_entry_barrier).
 */
const ENTRY_BARRIER_COOKIE = 2 ** 64;
/** C1's handle_exception, handle_exception_nofpu, handle_exception_from_callee and forward_exception, as all JDKs spell them. */
const HANDLES_EXCEPTIONS = /(?:handle|forward)_exception/u;
const FRAME_POINTER: StubState = { kind: 'frame-pointer' };
/** They take compiled frames off the stack and put interpreted ones on it (hotspot/cpu/x86/sharedRuntime_x86_64.cpp). */
const DEOPTIMIZING_BLOBS: ReadonlySet<string> = new Set(['DeoptimizationBlob', 'UncommonTrapBlob']);

/** A stub with a frame size of its own. */
export function runtimeStubStep(
  context: WalkContext,
  known: KnownBlob,
  frame: PhysicalFrame,
  registers: Registers | null,
): PhysicalFrame {
  context.deoptimizing ||= DEOPTIMIZING_BLOBS.has(known.blob.name);
  const polling = frame.isLeaf ? safepointStep(context, known, frame, registers) : null;
  if (polling !== null) return polling;
  const state = frame.isLeaf ? runtimeLeafState(context.process, known, frame.pc) : WHOLE;
  return stubStep(context, known, frame, state, registers);
}

function runtimeLeafState({ code, callStubReturn }: HotspotProcess, known: KnownBlob, pc: number): StubState {
  const { blob } = known;
  const state = runtimeStubLeafState(code, known, pc);
  if (state.kind !== 'whole' || blob.frameComplete >= blob.codeBegin) return state;
  // forward_exception has the frame of the stub that jumped there, and its frame pointer; register_finalizer none at all before it is needed.
  return HANDLES_EXCEPTIONS.test(blob.name) ? FRAME_POINTER : (wayOutOf(code, known, pc, callStubReturn) ?? state);
}

/** One of the many small stubs in a StubRoutines blob. */
export function stubRoutineStep(
  context: WalkContext,
  known: KnownBlob,
  frame: PhysicalFrame,
  registers: Registers | null,
): PhysicalFrame {
  const { process } = context;
  const state = forwarding(process, frame) ?? leafWayOut(process, known, frame);
  if (state !== null) return stubStep(context, known, frame, state, registers);
  return (
    unnamedStub(context, known, frame) ?? stubStep(context, known, frame, stubRoutineState(process, known, frame), registers)
  );
}

export function adapterStep(
  context: WalkContext,
  known: KnownBlob,
  frame: PhysicalFrame,
  registers: Registers | null,
): PhysicalFrame {
  return (
    movedReturn(context, known, frame, registers) ??
    stubStep(context, known, frame, framelessStubState(context.process.code, known, frame), registers)
  );
}

/** A stub without a frame size: where its code tells how a leaf leaves it, by that (slow_subtype_check saves four registers and keeps no frame). */
export function framelessStubStep(
  context: WalkContext,
  known: KnownBlob,
  frame: PhysicalFrame,
  registers: Registers | null,
): PhysicalFrame {
  const { process } = context;
  const state = leafWayOut(process, known, frame) ?? framelessStubState(process.code, known, frame);
  return stubStep(context, known, frame, state, registers);
}

/** Pushes the stub's frame, and leads to its caller by the state of that frame. */
export function stubStep(
  context: WalkContext,
  known: KnownBlob,
  frame: PhysicalFrame,
  state: StubState,
  registers: Registers | null,
): PhysicalFrame {
  const { window, returns } = context;
  const { blob } = known;
  context.push(stubFrame(context.process.stubs.at(frame.pc)?.description ?? blob.name, blob.name), frame);
  const handlesExceptions = HANDLES_EXCEPTIONS.test(blob.name);
  switch (state.kind) {
    case 'frame-pointer': {
      if (!window.covers(frame.fp) || frame.fp < frame.sp) return returns.searched(frame);
      const returnAt = frame.fp + (window.word(frame.fp + 8) === ENTRY_BARRIER_COOKIE ? 16 : 8);
      const caller = callerFrame(window.returnAddress(returnAt), returnAt + 8, window.word(frame.fp));
      return handlesExceptions ? returns.checkedIn(frame, caller) : returns.checked(frame, caller);
    }
    case 'way-out':
      return callerByWayOut(context, frame, state, registers);
    case 'partial':
    case 'popped':
    case 'kept':
    case 'linked':
      return callerOfUnbuilt(context, frame, state, registers, handlesExceptions);
    case 'whole':
      return blob.frameSizeBytes > 0 ? callerOfWholeStub(context, known, frame) : returns.searched(frame);
    default:
      return state satisfies never;
  }
}

/** Where its code tells what a leaf has pushed, no other word is looked at before. */
function callerOfWholeStub(context: WalkContext, known: KnownBlob, frame: PhysicalFrame): PhysicalFrame {
  const { frameSizeBytes } = known.blob;
  const pushed = frame.isLeaf ? pushedBelowFrame(context.process.code, known, frame.pc) : null;
  if (typeof pushed === 'number') {
    const caller = callerAtFrameEnd(context, frame, frameSizeBytes + pushed);
    if (context.returns.isJavaReturn(caller.pc)) return caller;
  }
  return callerOfFrameSize(context, frame, frameSizeBytes);
}

/** A leaf in a stub whose extent is not known, by the call that led to it; null: it is known, ending, or none of these. */
function unnamedStub(context: WalkContext, known: KnownBlob, frame: PhysicalFrame): PhysicalFrame | null {
  const { code, stubs } = context.process;
  if (!frame.isLeaf || stubs.at(frame.pc) !== null || stubRoutineEndState(code, known, frame.pc) !== null) return null;
  const caller = callerOfStub(code, context.window, known, frame);
  if (caller !== null) context.push(stubFrame(known.blob.name, known.blob.name), frame);
  return caller;
}

function forwarding({ code, stubs }: HotspotProcess, frame: PhysicalFrame): StubState | null {
  const stub = stubs.at(frame.pc);
  return stub === null ? null : forwardingState(code, stub, frame);
}

function leafWayOut({ code, callStubReturn }: HotspotProcess, known: KnownBlob, { pc, isLeaf }: PhysicalFrame): StubState | null {
  return isLeaf ? wayOutOf(code, known, pc, callStubReturn) : null;
}

/** Code returns into a StubRoutine only where it keeps a frame pointer over a call. */
function stubRoutineState({ code, stubs }: HotspotProcess, known: KnownBlob, { pc, isLeaf }: PhysicalFrame): StubState {
  return isLeaf ? stubRoutineLeafState(code, known, stubs, pc) : { kind: 'frame-pointer' };
}

/** An I2C/C2I adapter that has moved the return address or its stack; null: it is where every other stub has it. */
function movedReturn(
  context: WalkContext,
  { blob }: KnownBlob,
  frame: PhysicalFrame,
  registers: Registers | null,
): PhysicalFrame | null {
  const end = Math.min(blob.codeEnd, frame.pc + ADAPTER_BYTES_BEHIND);
  const code = context.process.code.code(Math.max(blob.codeBegin, frame.pc - MAX_ADAPTER_BYTES), end);
  const { adapterCaller, redirectedCaller } = context.architecture.stubs;
  const caller =
    redirectedCaller(code, context.window, frame, registers) ??
    (registers === null ? null : adapterCaller(code, context.window, registers));
  if (caller === null || !context.returns.canReturnTo(caller.pc)) return null;
  context.push(stubFrame(blob.name, blob.name), frame);
  return caller;
}
