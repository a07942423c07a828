// Walks native frames: by call frame information, exactly, wherever a library has it for the pc; else by the frame pointer, where the
// function's prologue is seen to keep one, or in generated code, whose prologues nobody knows, as a guess; else a gap is shown and the
// chain in rbp is taken up again, if it leads anywhere.

import type { FrameTrace, UnfinishedReason } from '../../model/frame.ts';
import { type Address, hex } from '../../model/units.ts';
import type { ArchitectureRegisters } from '../../model/unwind-rule.ts';
import { gapFrame } from '../marker-frames.ts';
import { WalkStop } from '../stack-window.ts';
import { callerBehindSystemCall } from './behind-system-call.ts';
import { callerByFramePointer } from './caller-by-frame-pointer.ts';
import { callerByRule } from './caller-by-rule.ts';
import { nameOf, type NativePlace } from './native-place.ts';
import type { NativeCaller, NativePoint, NativeWalkOptions } from './native-point.ts';
import { type RegisterFile, unknownRegisters } from './register-file.ts';

export type NativeEnd =
  /** The chain returned into the code cache; `overGap`: frames between are missing, of whatever kind. */
  | { readonly kind: 'java'; readonly point: NativePoint; readonly overGap: boolean }
  /** The chain reached `untilSp`, the last Java frame's sp, without meeting the code cache: the gap is shown. */
  | { readonly kind: 'met' }
  /** The thread's first function was reached. */
  | { readonly kind: 'thread-start'; readonly overGap: boolean }
  /** A signal handler's return: `contextAt` is the ucontext with the registers of what the signal interrupted. */
  | { readonly kind: 'signal'; readonly contextAt: number }
  | { readonly kind: 'unfinished'; readonly reason: UnfinishedReason; readonly detail: string };

/** Functions a thread begins with: HotSpot's, the launcher's, glibc's, Go's. The end where nothing leads on from them. */
const THREAD_STARTS =
  /^(thread_native_entry|start_thread|__clone3?|clone3?|_start|JavaMain|ThreadJavaMain|__libc_start_main.*|runtime\.(goexit|mstart|rt0_go|mcall|systemstack_switch)(\.abi0)?)$/;

type Step = { readonly kind: 'caller'; readonly caller: NativeCaller } | { readonly kind: 'start' } | { readonly kind: 'lost' };

/** Pushes the frames from `start` towards the thread's first, as far as is known where their callers are. */
export function walkNative(start: NativePoint, options: NativeWalkOptions): NativeEnd {
  const { code, window, push, isJavaCode, untilSp } = options;
  let [point, overGap] = [start, false];
  for (let i = 0; i < window.maxFrames; i += 1) {
    const isSignalReturn = code.isSignalReturn(point.pc, point.isLeaf);
    const place = code.at(point.isLeaf || isSignalReturn ? point.pc : point.pc - 1);
    if (place === null) return unfinished('unknown-code', `no code at ${hex(point.pc)}`);
    push(code.frame(place), traceOf(point));
    if (isSignalReturn) return { kind: 'signal', contextAt: point.sp };
    const step = stepFrom(point, place, options);
    if (step.kind === 'start') return { kind: 'thread-start', overGap };
    if (step.kind === 'lost') {
      if (THREAD_STARTS.test(nameOf(place) ?? '')) return { kind: 'thread-start', overGap };
      if (untilSp === null) return unfinished('no-unwind-info', nameOf(place) ?? place.mapping.path);
      push(gapFrame(), traceOf(point));
      return { kind: 'met' };
    }
    const { caller } = step;
    if (caller.isGuess === true) window.approximations.add('unvalidated-step');
    if (!caller.adjoining) {
      push(gapFrame(), traceOf(point));
      overGap = true;
    }
    if (code.architecture.uretprobeTrampolines.includes(caller.point.pc))
      return unfinished('return-hijacked', 'a uretprobe stands in a return address');
    if (isJavaCode(caller.point.pc)) return { kind: 'java', point: caller.point, overGap };
    if (untilSp !== null && caller.point.sp >= untilSp) {
      if (caller.adjoining) push(gapFrame(), traceOf(point));
      return { kind: 'met' };
    }
    point = caller.point;
  }
  return unfinished('too-deep', `${String(window.maxFrames)} native frames in ${String(window.end - window.start)} bytes`);
}

function stepFrom(point: NativePoint, place: NativePlace, options: NativeWalkOptions): Step {
  const exact = stepByRule(point, place, options);
  if (exact !== null) return exact;
  const starter = callerBehindSystemCall(point, options.code, options.window);
  if (starter !== null) return { kind: 'caller', caller: starter };
  if (THREAD_STARTS.test(nameOf(place) ?? '')) return { kind: 'lost' };
  const caller = callerByFramePointer(point, place, options);
  return caller === null ? { kind: 'lost' } : { kind: 'caller', caller };
}

/** null: no rule for the place, or one that needs what is not known. */
function stepByRule(
  point: NativePoint,
  place: NativePlace,
  { code, window, untilSp, isJavaCode }: NativeWalkOptions,
): Step | null {
  const rule = code.unwindRule(place);
  if (rule === null) return null;
  const machine = code.architecture.registers;
  const registers = registersOf(point, machine);
  let found;
  try {
    found = callerByRule(rule, registers, window, machine);
  } catch (error) {
    // Where Java is known to lie below, its frames say what is missing of the stack, if they miss it too.
    if (untilSp !== null && error instanceof WalkStop) return { kind: 'lost' };
    throw error;
  }
  if (found.kind === 'none') return { kind: 'start' };
  if (found.kind === 'unknown') return null;
  const caller = pointOf(found.registers, machine);
  // Coroutines and threads of other libraries begin with a return address of 0.
  if (caller.pc === 0) return { kind: 'start' };
  // A leaf that keeps its return address in a register has nothing on the stack.
  const hasLink = point.isLeaf && machine.link !== machine.returnAddress;
  const grows = caller.sp > point.sp || rule.isSignalFrame || (hasLink && caller.sp === point.sp);
  const leadsOn = isJavaCode(caller.pc) || code.architecture.uretprobeTrampolines.includes(caller.pc) || code.at(caller.pc - 1) !== null || code.isSignalReturn(caller.pc, false); // prettier-ignore
  return grows && leadsOn ? { kind: 'caller', caller: { point: caller, adjoining: true } } : null;
}

/** The registers at a point: what its three say is so whatever was known before. */
function registersOf({ pc, sp, fp, registers }: NativePoint, machine: ArchitectureRegisters): RegisterFile {
  if (registers !== undefined) return registers;
  const file = unknownRegisters(machine);
  file[machine.returnAddress] = pc;
  file[machine.stackPointer] = sp;
  file[machine.framePointer] = fp;
  return file;
}

function pointOf(registers: RegisterFile, machine: ArchitectureRegisters): NativePoint {
  return {
    pc: registers[machine.returnAddress] ?? NaN,
    sp: registers[machine.stackPointer] ?? NaN,
    fp: registers[machine.framePointer] ?? NaN,
    isLeaf: false,
    registers,
  };
}

function unfinished(reason: UnfinishedReason, detail: string): NativeEnd {
  return { kind: 'unfinished', reason, detail };
}

function traceOf(point: NativePoint): FrameTrace {
  return { pc: point.pc as Address, sp: point.sp as Address, fp: point.fp as Address };
}
