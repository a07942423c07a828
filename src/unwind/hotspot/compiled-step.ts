// One step of a Java walk over a frame of compiled code, or of the wrapper of a native method.

import type { Registers } from '../../model/registers.ts';
import { WalkStop } from '../stack-window.ts';
import type { KnownBlob } from './code-index.ts';
import { ENTER_SPECIAL } from './continuations.ts';
import { callerOfFrameSize, callerOfUnbuilt } from './frame-callers.ts';
import { compiledFrames } from './java-frames.ts';
import { compiledLeafState } from './leaf-state.ts';
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
  const state = frame.isLeaf ? compiledLeafState(process.code, known, pc) : ({ kind: 'whole' } as const);
  // Its frame may be there, but not complete (the entry barrier follows): no bytecode has run. An on-stack replacement enters in the middle.
  // (Of an ordinary method _osr_entry_point is code_begin.)
  const isEntering = frame.isLeaf && pc < blob.frameComplete && nmethod.osrEntry <= blob.codeBegin;
  const frames = compiledFrames(process, known, pc, frame.isLeaf, state.kind === 'whole' && !isEntering);
  for (const java of frames) context.push(java, frame);
  if (nmethod.isNative && state.kind === 'whole' && frames[0]?.name === ENTER_SPECIAL) context.mounted ??= frame.sp;
  if (state.kind !== 'whole') return callerOfUnbuilt(context, frame, state, registers);
  const pushed = frame.isLeaf ? 0 : process.code.pushedForCall(blob, pc);
  return callerOfFrameSize(context, frame, blob.frameSizeBytes + pushed);
}
