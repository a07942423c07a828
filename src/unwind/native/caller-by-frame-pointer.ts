// A native frame's caller without call frame information: by rbp, only for functions whose prologue is seen to keep it; else what rbp
// happens to hold is taken up, behind a gap. Leaves in assembly that push nothing are told by the call that led to them.

import { WORD_BYTES } from '../../model/units.ts';
import { a64CallerOf } from './a64-caller.ts';
import type { NativeCode } from './native-code.ts';
import { keepsFramePointer, type NativePlace } from './native-place.ts';
import type { NativeCaller, NativePoint, NativeWalkOptions } from './native-point.ts';

const RET = 0xc3;
const POP_RBP = 0x5d;

/** null: nothing leads on. */
export function callerByFramePointer(point: NativePoint, place: NativePlace, options: NativeWalkOptions): NativeCaller | null {
  const { code, window, isJavaCode, callsOutOfJava } = options;
  if (code.architecture.name === 'aarch64') return a64CallerOf(point, place, options);
  const from = code.framePointerFrom(place);
  // rbp of a function that keeps none may be a Java frame's: its return address is then one of Java calling Java.
  const plausible = (pc: number, sp: number): boolean =>
    sp > point.sp && (isJavaCode(pc) ? callsOutOfJava(pc) : code.isReturnAddress(pc) || code.isSignalReturn(pc, false));
  const at = (returnSlot: number, fp: number | null, adjoining: boolean): NativeCaller | null => {
    const pc = window.tryWord(returnSlot);
    if (pc === null || fp === null || !plausible(pc, returnSlot + 8)) return null;
    return { point: { pc, sp: returnSlot + 8, fp, isLeaf: false }, adjoining, isGuess: place.generated === 'unnamed' };
  };
  if (from !== null && point.isLeaf) {
    // The prologue's first instruction is push: at it the return address is on top, behind it the saved rbp lies over it.
    if (point.pc <= from - 4) return at(point.sp, point.fp, true) ?? at(point.fp + 8, window.tryWord(point.fp), false);
    if (point.pc < from) return at(point.sp + 8, window.tryWord(point.sp), true);
    const next = new Uint8Array(1);
    if (code.read(point.pc, next) && next[0] === RET) return at(point.sp, point.fp, true);
    if (next[0] === POP_RBP) return at(point.sp + 8, window.tryWord(point.sp), true);
  }
  if (from === null && point.isLeaf) {
    const called = calledBy(point, place, window.tryWord(point.sp), code);
    if (called !== null) return called;
  }
  if (!window.covers(point.fp) || point.fp < point.sp) return null;
  return at(point.fp + 8, window.tryWord(point.fp), from !== null || keepsFramePointer(place, point.isLeaf));
}

/**
 * The word on top of the stack, where it can only be the leaf's return address: right behind a call of the very function (HotSpot's
 * copy routines are assembly without any information), or the way back from HotSpot's signal handler, which begins with a jump.
 */
function calledBy(point: NativePoint, place: NativePlace, pc: number | null, code: NativeCode): NativeCaller | null {
  if (pc === null) return null;
  const start = place.symbol === null ? null : point.pc - (place.elfAddress - place.symbol.start);
  const isCall = start !== null && code.isReturnAddress(pc) && code.callTarget(pc) === start;
  if (!isCall && !(place.isVm && code.isSignalReturn(pc, false))) return null;
  const sp = point.sp + WORD_BYTES;
  const registers = point.registers?.slice();
  if (registers !== undefined) {
    registers[code.architecture.registers.returnAddress] = pc;
    registers[code.architecture.registers.stackPointer] = sp;
  }
  return { point: { pc, sp, fp: point.fp, isLeaf: false, registers }, adjoining: true };
}
