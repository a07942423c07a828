// One step of a Java walk over a frame of the template interpreter. Its slots: interpreted-frame.ts, a64-interpreted-frame.ts.

import { USER_ADDRESS_END_OF } from '../../model/architecture.ts';
import type { Registers } from '../../model/registers.ts';
import { hex, PAGE_BYTES } from '../../model/units.ts';
import type { Architecture } from '../arch/architecture.ts';
import { WalkStop } from '../stack-window.ts';
import type { KnownBlob } from './code-index.ts';
import { codeletAt, isMethodEntry } from './codelets.ts';
import type { InterpreterState } from './interpreter-state.ts';
import { interpretedFrame, stubFrame, unresolvedFrame } from './java-frames.ts';
import type { PhysicalFrame } from './physical-frame.ts';
import type { WalkContext } from './walk-context.ts';

/** Pushes the frame of an interpreted method, or the piece of the interpreter, and leads to its caller. `registers`: a leaf's. */
export function interpreterStep(
  context: WalkContext,
  known: KnownBlob,
  frame: PhysicalFrame,
  registers: Registers | null,
): PhysicalFrame {
  const { architecture, process, window, returns } = context;
  const { wholeFrame, leafState } = architecture.interpreter;
  const codelet = codeletAt(process.codelets, frame.pc);
  let state: InterpreterState;
  if (registers === null || codelet === null) {
    if (!window.covers(frame.fp) || frame.fp < frame.sp) throw new WalkStop('bad-frame', `interpreter frame at ${hex(frame.fp)}`);
    state = wholeFrame(window, frame, liveBcp(frame, architecture));
  } else {
    const bytes = isMethodEntry(codelet)
      ? process.code.code(codelet.start, codelet.end)
      : process.code.codeAround(known.blob, frame.pc);
    state = leafState(window, registers, codelet, bytes);
  }
  if (state.kind === 'left') context.push(stubFrame(codelet?.description ?? 'interpreter', known.blob.name), frame);
  else {
    const bcps = state.kind === 'frame' ? state.bcps : [];
    const java = interpretedFrame(process.methods, state.method, bcps);
    if (java === null && !isOfGoneMethod(context, state)) throw noMethod(context, state.method, frame);
    context.push(java ?? unresolvedFrame('method'), frame);
  }
  const { caller } = state;
  if (state.kind !== 'entering' || state.bySenderSp === null || returns.canReturnTo(caller.pc))
    return returns.checked(frame, caller);
  return returns.checked(frame, returns.isJavaReturn(state.bySenderSp.pc) ? state.bySenderSp : caller);
}

function noMethod({ process }: WalkContext, method: number, { fp }: PhysicalFrame): WalkStop {
  return process.methods.info(method) === null
    ? new WalkStop('bad-frame', `no method in the interpreter frame at ${hex(fp)}`)
    : new WalkStop('code-changed', `the method of the interpreter frame at ${hex(fp)} is another one by now`);
}

/** The bytecode pointer of an interpreter frame that called a C++ routine directly: such calls do not save it in the frame (call_VM_leaf). */
function liveBcp({ registers }: PhysicalFrame, architecture: Architecture): number | null {
  const bcp = registers?.[architecture.registers.bytecodePointer] ?? NaN;
  return Number.isNaN(bcp) ? null : bcp;
}

/**
 * Its class was unloaded between tick and look-up: everything else of the frame is as it should be, and its caller can be one. Not while
 * frames are being rebuilt, when words of the new ones are not there yet.
 */
function isOfGoneMethod(
  { architecture, deoptimizing, returns }: WalkContext,
  { kind, caller, ...state }: InterpreterState,
): boolean {
  const method = 'method' in state ? state.method : 0;
  if (method >= USER_ADDRESS_END_OF[architecture.name]) return false;
  if (deoptimizing || kind !== 'frame' || method % 8 !== 0 || method < PAGE_BYTES) return false;
  return caller.sp > 0 && returns.canReturnTo(caller.pc);
}
