// A native frame's caller on aarch64, where compilers keep frame records (x29, x30) in nearly every function that calls: by x29 in
// callers; at a leaf by what its function's code did up to pc, with the return address in x30 until a record is pushed.

import { nativeLeafState } from '../arch/a64-frames.ts';
import type { NativeCaller, NativePoint, NativeWalkOptions } from './native-point.ts';
import { keepsFramePointer, type NativePlace } from './native-place.ts';

/** null: none that can be believed. */
export function a64CallerOf(point: NativePoint, place: NativePlace, options: NativeWalkOptions): NativeCaller | null {
  const { code, window, isJavaCode, callsOutOfJava } = options;
  const plausible = (pc: number): boolean =>
    isJavaCode(pc) ? callsOutOfJava(pc) : code.isReturnAddress(pc) || code.isSignalReturn(pc, false);
  const caller = (pc: number | null, sp: number, fp: number | null, adjoining: boolean): NativeCaller | null =>
    pc === null || fp === null || sp < point.sp || !plausible(pc)
      ? null
      : { point: { pc, sp, fp, isLeaf: false }, adjoining, isGuess: place.generated === 'unnamed' };
  const byRecord = (adjoining: boolean): NativeCaller | null => {
    if (!window.covers(point.fp) || point.fp < point.sp) return null;
    return caller(window.tryReturnAddress(point.fp + 8), point.fp + 16, window.tryWord(point.fp), adjoining);
  };
  if (!point.isLeaf) return byRecord(code.framePointerFrom(place) !== null || keepsFramePointer(place, false));
  const around = code.functionCode(place, point.pc);
  const state = around === null ? null : nativeLeafState(around, point.pc);
  switch (state?.kind) {
    case 'linked':
      return caller(point.link ?? null, point.sp + state.spOffset, point.fp, true) ?? byRecord(false);
    case 'partial': {
      const at = point.sp + state.returnAt;
      const fp = state.savedFpAt === null ? point.fp : window.tryWord(point.sp + state.savedFpAt);
      return caller(window.tryReturnAddress(at), at + 8, fp, true) ?? byRecord(false);
    }
    default:
      return byRecord(state?.kind === 'frame-pointer' || keepsFramePointer(place, true));
  }
}
