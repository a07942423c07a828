// Walks native frames by frame pointers, where they hold: libjvm is compiled with them, most other libraries are not. A function
// is trusted when its prologue is seen; where one is not, a gap is shown and the chain in rbp is taken up again, if it leads
// anywhere. `.eh_frame` (a later unwinder beside this file) has no such gaps.

import type { Frame, FrameTrace, UnfinishedReason } from '../../model/frame.ts';
import type { Address } from '../../model/units.ts';
import { a64CallerOf } from './a64-caller.ts';
import { gapFrame } from '../marker-frames.ts';
import type { StackWindow } from '../stack-window.ts';
import type { NativeCode, NativePlace } from './native-code.ts';

/** Where execution stands in native code. */
export interface NativePoint {
  readonly pc: number;
  readonly sp: number;
  readonly fp: number;
  readonly isLeaf: boolean;
  /** The link register of a leaf, where the architecture has one. */
  readonly link?: number;
}

export type NativeEnd =
  /** The chain returned into the code cache. */
  | { readonly kind: 'java'; readonly point: NativePoint }
  /** The chain reached `untilSp`, the last Java frame's sp, without meeting the code cache: the gap is shown. */
  | { readonly kind: 'met' }
  /** The thread's first function was reached; `overGap`: frames between are missing, of whatever kind. */
  | { readonly kind: 'thread-start'; readonly overGap: boolean }
  /** A signal handler's return: `contextAt` is the ucontext with the registers of what the signal interrupted. */
  | { readonly kind: 'signal'; readonly contextAt: number }
  | { readonly kind: 'unfinished'; readonly reason: UnfinishedReason; readonly detail: string };

export interface NativeWalkOptions {
  readonly code: NativeCode;
  readonly window: StackWindow;
  readonly push: (frame: Frame, trace: FrameTrace) => void;
  readonly isJavaCode: (pc: number) => boolean;
  /** Whether the call before a return address in Java code leaves Java code: only such a one can have called a native function. */
  readonly callsOutOfJava: (pc: number) => boolean;
  /** sp of the Java frame known to lie below these native ones; null: none known. */
  readonly untilSp: number | null;
}

/** Functions a thread begins with: HotSpot's, the launcher's, glibc's. */
const THREAD_STARTS = /^(thread_native_entry|start_thread|__clone3?|clone3?|_start|JavaMain|ThreadJavaMain|__libc_start_main.*)$/;
const RET = 0xc3;
const POP_RBP = 0x5d;

export interface Caller {
  readonly point: NativePoint;
  /** false: found by taking up rbp after a function without frame pointer; frames between are missing. */
  readonly adjoining: boolean;
}

/** Pushes the frames from `start` towards the thread's first, as far as frame pointers lead. */
export function walkFramePointers(start: NativePoint, options: NativeWalkOptions): NativeEnd {
  const { code, window, push, isJavaCode, untilSp } = options;
  let [point, overGap] = [start, false];
  for (let i = 0; i < window.maxFrames; i += 1) {
    const isSignalReturn = code.isSignalReturn(point.pc, point.isLeaf);
    const place = code.at(point.isLeaf || isSignalReturn ? point.pc : point.pc - 1);
    if (place === null) return unfinished('unknown-code', `no code at 0x${point.pc.toString(16)}`);
    push(code.frame(place), traceOf(point));
    if (isSignalReturn) return { kind: 'signal', contextAt: point.sp };
    if (THREAD_STARTS.test(place.symbol?.name ?? '')) return { kind: 'thread-start', overGap };
    const caller = callerOf(point, place, options);
    if (caller === null) {
      if (untilSp === null) return unfinished('no-frame-pointer', place.symbol?.name ?? place.mapping.path);
      push(gapFrame(), traceOf(point));
      return { kind: 'met' };
    }
    if (!caller.adjoining) {
      push(gapFrame(), traceOf(point));
      overGap = true;
    }
    if (isJavaCode(caller.point.pc)) return { kind: 'java', point: caller.point };
    if (untilSp !== null && caller.point.sp >= untilSp) {
      if (caller.adjoining) push(gapFrame(), traceOf(point));
      return { kind: 'met' };
    }
    point = caller.point;
  }
  return unfinished('too-deep', `${String(window.maxFrames)} native frames in ${String(window.end - window.start)} bytes`);
}

function callerOf(point: NativePoint, place: NativePlace, options: NativeWalkOptions): Caller | null {
  const { code, window, isJavaCode, callsOutOfJava } = options;
  if (code.architecture.name === 'aarch64') return a64CallerOf(point, place, options);
  const from = code.framePointerFrom(place);
  // rbp of a function that keeps none may be a Java frame's: its return address is then one of Java calling Java.
  const plausible = (pc: number, sp: number): boolean =>
    sp > point.sp && (isJavaCode(pc) ? callsOutOfJava(pc) : code.isReturnAddress(pc) || code.isSignalReturn(pc, false));
  const at = (returnSlot: number, fp: number | null, adjoining: boolean): Caller | null => {
    const pc = window.tryWord(returnSlot);
    if (pc === null || fp === null || !plausible(pc, returnSlot + 8)) return null;
    return { point: { pc, sp: returnSlot + 8, fp, isLeaf: false }, adjoining };
  };
  if (from !== null && point.isLeaf) {
    // The prologue's first instruction is push: at it the return address is on top, behind it the saved rbp lies over it.
    if (point.pc <= from - 4) return at(point.sp, point.fp, true) ?? at(point.fp + 8, window.tryWord(point.fp), false);
    if (point.pc < from) return at(point.sp + 8, window.tryWord(point.sp), true);
    const next = new Uint8Array(1);
    if (code.read(point.pc, next) && next[0] === RET) return at(point.sp, point.fp, true);
    if (next[0] === POP_RBP) return at(point.sp + 8, window.tryWord(point.sp), true);
  }
  if (from === null && point.isLeaf && place.isVm) {
    // HotSpot's signal handler begins with a jump, without a prologue: only the way back to the restorer is on the stack.
    const pc = window.tryWord(point.sp);
    if (pc !== null && code.isSignalReturn(pc, false))
      return { point: { pc, sp: point.sp + 8, fp: point.fp, isLeaf: false }, adjoining: true };
  }
  if (!window.covers(point.fp) || point.fp < point.sp) return null;
  return at(point.fp + 8, window.tryWord(point.fp), from !== null);
}

function unfinished(reason: UnfinishedReason, detail: string): NativeEnd {
  return { kind: 'unfinished', reason, detail };
}

function traceOf(point: NativePoint): FrameTrace {
  return { pc: point.pc as Address, sp: point.sp as Address, fp: point.fp as Address };
}
