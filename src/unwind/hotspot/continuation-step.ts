// One step of a Java walk over the stubs of continuations: from a stub that freezes or thaws, or from a frame that returns to the
// barrier, over the frozen frames to what called enterSpecial. How the entry is found: continuations.ts.

import type { Registers } from '../../model/registers.ts';
import { hex } from '../../model/units.ts';
import { frozenFrame } from '../marker-frames.ts';
import { WalkStop } from '../stack-window.ts';
import type { KnownBlob } from './code-index.ts';
import { findContinuationEntry, isReturnBarrier, isThawEntry } from './continuations.ts';
import { compiledFrames, stubFrame } from './java-frames.ts';
import { stubRoutineEndState } from './leaf-state.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';
import { stubStep } from './stub-step.ts';
import type { WalkContext } from './walk-context.ts';

export function continuationStep(
  context: WalkContext,
  known: KnownBlob,
  frame: PhysicalFrame,
  registers: Registers | null,
): PhysicalFrame {
  const { process, window } = context;
  if (frame.isLeaf) {
    const state = isThawEntry(process, known, frame.pc)
      ? context.architecture.frames.unbuilt
      : stubRoutineEndState(process.code, known, frame.pc);
    if (state !== null) return stubStep(context, known, frame, state, registers);
  }
  if (frame.isLeaf || !isReturnBarrier(process, known, frame.pc))
    context.push(stubFrame(process.stubs.at(frame.pc)?.description ?? known.blob.name, known.blob.name), frame);
  const entry = findContinuationEntry(process, window, frame);
  if (entry === null) throw new WalkStop('bad-frame', `no continuation entry above ${hex(frame.sp)}`);
  if (!entry.isExact) window.approximations.add('unvalidated-step');
  context.push(frozenFrame(), frame);
  context.mounted ??= entry.address;
  const pc = process.enterSpecialReturn();
  const enterSpecial = pc === null ? null : process.code.at(pc);
  const at = callerFrame(pc ?? frame.pc, entry.address, entry.fp);
  const frames = enterSpecial === null || pc === null ? [] : compiledFrames(process, enterSpecial, pc, false, true);
  for (const java of frames) context.push(java, at);
  return entry.caller;
}
