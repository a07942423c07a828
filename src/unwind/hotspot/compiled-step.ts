// One step of a Java walk over a frame of compiled code, or of the wrapper of a native method.

import type { Registers } from '../../model/registers.ts';
import { hex, WORD_BYTES } from '../../model/units.ts';
import { WalkStop } from '../stack-window.ts';
import { WHOLE } from '../arch/code-bytes.ts';
import type { KnownBlob } from './code-index.ts';
import { ENTER_SPECIAL } from './continuations.ts';
import { callerAtFrameEnd, callerAtWayOut, callerOfFrameSize, callerOfUnbuilt } from './frame-callers.ts';
import { compiledFrames } from './java-frames.ts';
import { compiledCallerState, compiledLeafState, pushedBelowFrame, wayOutOf } from './leaf-state.ts';
import type { PhysicalFrame } from './physical-frame.ts';
import type { WalkContext } from './walk-context.ts';

/** Pushes the method and what is inlined into it at pc, and leads to the caller. `registers`: a leaf's. */
export function compiledStep(
  context: WalkContext,
  known: KnownBlob,
  frame: PhysicalFrame,
  registers: Registers | null,
): PhysicalFrame {
  const { process, window } = context;
  const { blob } = known;
  const { nmethod } = blob;
  if (nmethod === null) throw new WalkStop('bad-frame', 'nmethod without header');
  let { pc } = frame;
  if (!frame.isLeaf && nmethod.deoptHandlers.includes(pc)) {
    // nmethod::orig_pc_addr: where deoptimization keeps the pc that it replaced by its handler's.
    pc = window.word(frame.sp + nmethod.origPcOffset);
    if (pc < blob.codeBegin || pc >= blob.codeEnd) throw new WalkStop('bad-frame', 'original pc outside its method');
  }
  const isAtJavaCall = !frame.isLeaf && context.returns.isJavaReturn(frame.pc);
  const state = frame.isLeaf
    ? compiledLeafState(process.code, known, pc)
    : isAtJavaCall
      ? WHOLE
      : compiledCallerState(process.code, known, pc);
  // Its frame may be there, but not complete (the entry barrier follows): no bytecode has run. An on-stack replacement enters in the middle.
  // (Of an ordinary method _osr_entry_point is code_begin.)
  const isEntering = frame.isLeaf && pc < blob.frameComplete && nmethod.osrEntry <= blob.codeBegin;
  const frames = compiledFrames(process, known, pc, frame.isLeaf, state.kind === 'whole' && !isEntering);
  for (const java of frames) context.push(java, frame);
  if (nmethod.isNative && state.kind === 'whole' && frames[0]?.name === ENTER_SPECIAL) context.mounted ??= frame.sp;
  if (state.kind !== 'whole') return callerOfUnbuilt(context, frame, state, registers);
  return callerOfWhole(context, known, frame, isAtJavaCall, registers);
}

/** The VM knows the calls of a method (`isAtJavaCall`); where a leaf is, and behind calls that it was not told of, the method may have pushed something. */
function callerOfWhole(
  context: WalkContext,
  known: KnownBlob,
  frame: PhysicalFrame,
  isAtJavaCall: boolean,
  registers: Registers | null,
): PhysicalFrame {
  const { process, returns } = context;
  const { blob } = known;
  const sizeBytes = blob.frameSizeBytes + (frame.isLeaf ? 0 : process.code.pushedForCall(blob, frame.pc));
  if (isAtJavaCall) return callerAtFrameEnd(context, frame, sizeBytes);
  const pushed = isCalledStub(context, known, frame) ? WORD_BYTES : pushedBelowFrame(process.code, known, frame.pc);
  if (typeof pushed === 'number') {
    const caller = callerAtFrameEnd(context, frame, sizeBytes + pushed);
    if (returns.isJavaReturn(caller.pc)) return caller;
    // Where the VM replaces frames they are not whole yet. Else another word would be an old one.
    if (!context.deoptimizing) throw noReturn(process.code.covers(caller.pc), caller.pc);
  }
  const way = frame.isLeaf && pushed === 'elsewhere' ? wayOutOf(process.code, known, frame.pc, process.callStubReturn) : null;
  const left = way?.kind === 'way-out' ? callerAtWayOut(context.window, frame, way, registers) : null;
  return left !== null && returns.isJavaReturn(left.pc) ? left : callerOfFrameSize(context, frame, sizeBytes);
}

/** In the stub of a static call, behind the method's instructions: the call that leads to it has left its return address. */
function isCalledStub(
  { architecture, process, returns, window }: WalkContext,
  { blob }: KnownBlob,
  { pc, sp, isLeaf }: PhysicalFrame,
): boolean {
  if (!isLeaf || blob.nmethod === null || pc < blob.nmethod.instructionsEnd || architecture.frames.unbuilt.kind === 'linked')
    return false;
  const top = window.tryReturnAddress(sp);
  if (top === null || top <= blob.codeBegin || top > blob.nmethod.instructionsEnd || !returns.isJavaReturn(top)) return false;
  // In the frame of one that was jumped to, the exception's handler, an older return may stand there.
  const target = process.code.callTarget(top);
  return target !== null && target >= blob.nmethod.instructionsEnd && target <= pc;
}

function noReturn(isCode: boolean, pc: number): WalkStop {
  return isCode
    ? new WalkStop('code-changed', `${hex(pc)}, where it returns to, is not behind a call of Java code any more`)
    : new WalkStop('bad-frame', `return to ${hex(pc)}, outside Java code`);
}
