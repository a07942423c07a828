// The caller of a compiled or stub frame, by what is known of the frame: its size, or how far it is built or torn down.

import { linkOf, registerByNumber, type Registers } from '../../model/registers.ts';
import { hex } from '../../model/units.ts';
import type { FrameState, RegisterPath, StubState } from '../arch/code-bytes.ts';
import { type StackWindow, WalkStop } from '../stack-window.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';
import type { WalkContext } from './walk-context.ts';

type WayOut = Extract<StubState, { readonly kind: 'way-out' }>;

/**
 * Words that code inside a whole frame may have pushed below it: string intrinsics save a count (string_compare: 1) or copy the
 * ends of short strings (string_indexof: at most 4 and the old sp); JDK 8's sin, pow and others save all registers, 16 words and 32 or 64 of
 * vectors, and some, over a call of a C function. hotspot/cpu/x86/macroAssembler_x86.cpp.
 */
const MAX_PUSHED_WORDS = 96;

/** The caller of a frame that ends exactly there. */
export function callerAtFrameEnd({ window }: WalkContext, frame: PhysicalFrame, frameSizeBytes: number): PhysicalFrame {
  const senderSp = frame.sp + frameSizeBytes;
  return callerFrame(window.returnAddress(senderSp - 8), senderSp, window.word(senderSp - 16));
}

/**
 * The caller of a frame whose size is known. A leaf, and a frame that called a C function without telling the VM, may have words pushed
 * below it: the return address is in the first slot, from where it belongs upwards, that holds one, proven by its PcDesc. Slots passed
 * over are the frame's own (spills, the saved rbp); one that was never written may hold an old one, so this is for code that does not tell
 * what it has pushed, and marked where it passes over one.
 */
export function callerOfFrameSize({ window, returns }: WalkContext, frame: PhysicalFrame, frameSizeBytes: number): PhysicalFrame {
  const mayHavePushed = frame.isLeaf || !returns.isJavaReturn(frame.pc);
  const pushedWords = mayHavePushed ? MAX_PUSHED_WORDS : 0;
  for (let pushed = 0; pushed <= pushedWords; pushed += 1) {
    const senderSp = frame.sp + frameSizeBytes + 8 * pushed;
    const pc = window.returnAddress(senderSp - 8);
    if (mayHavePushed && !returns.isJavaReturn(pc)) continue;
    if (pushed > 0) window.approximations.add('unvalidated-step');
    return callerFrame(pc, senderSp, window.word(senderSp - 16));
  }
  throw new WalkStop('bad-frame', `no return address at the frame's end, ${hex(frame.sp + frameSizeBytes - 8)}`);
}

/** The caller of a leaf whose frame is being built or is gone, or of a stub that has none. `anyInMethod`: C1's stubs for exceptions (ReturnAddresses.checkedIn). */
export function callerOfUnbuilt(
  { window, returns }: WalkContext,
  frame: PhysicalFrame,
  state: Exclude<FrameState, { readonly kind: 'whole' }>,
  registers: Registers | null,
  anyInMethod = false,
): PhysicalFrame {
  const checked = (caller: PhysicalFrame): PhysicalFrame =>
    anyInMethod ? returns.checkedIn(frame, caller) : returns.checked(frame, caller);
  if (state.kind === 'popped') {
    if (registers === null) throw new WalkStop('bad-frame', 'a caller cannot be between pop and jump');
    return checked(callerFrame(registerByNumber(registers, state.returnRegister), frame.sp, frame.fp));
  }
  if (state.kind === 'kept') {
    // The processor's numbers of registers that calls keep are DWARF's on aarch64, which alone has such code.
    const pc =
      registers === null ? (frame.registers?.[state.returnRegister] ?? NaN) : registerByNumber(registers, state.returnRegister);
    return Number.isNaN(pc) ? returns.searched(frame) : checked(callerFrame(pc, frame.sp + state.spOffset, frame.fp));
  }
  if (state.kind === 'linked') {
    if (registers === null) throw new WalkStop('bad-frame', 'a caller keeps no return address in a register');
    const sp = state.spRegister === null ? frame.sp + state.spOffset : registerByNumber(registers, state.spRegister);
    return checked(callerFrame(linkOf(registers) ?? 0, sp, frame.fp));
  }
  const fp = state.savedFpAt === null ? frame.fp : window.word(frame.sp + state.savedFpAt);
  const returnAt = frame.sp + state.returnAt;
  return checked(callerFrame(window.returnAddress(returnAt), returnAt + 8, fp));
}

/** The caller of a leaf whose code tells where its return address is. */
export function callerByWayOut(
  { window, returns }: WalkContext,
  frame: PhysicalFrame,
  way: WayOut,
  registers: Registers | null,
): PhysicalFrame {
  const caller = callerAtWayOut(window, frame, way, registers);
  return caller === null ? returns.searched(frame) : returns.checked(frame, caller);
}

/** null: the way leads out of the stack. Throws WalkStop. */
export function callerAtWayOut(
  window: StackWindow,
  frame: PhysicalFrame,
  { returnAt, fp }: WayOut,
  registers: Registers | null,
): PhysicalFrame | null {
  if (registers === null) throw new WalkStop('bad-frame', 'a caller is not left by its code');
  const at = valueOf(window, registers, returnAt);
  const callerFp = valueOf(window, registers, fp);
  if (at === null || callerFp === null || at < frame.sp || !window.covers(at)) return null;
  return callerFrame(window.returnAddress(at), at + 8, callerFp);
}

/** What a path leads to; null: it leads out of the stack. Throws WalkStop where a word of the stack is not known. */
export function valueOf(window: StackWindow, registers: Registers, { register, path }: RegisterPath): number | null {
  let value = registerByNumber(registers, register);
  for (const [i, offset] of path.entries()) {
    value += offset;
    if (i === path.length - 1) break;
    if (!window.covers(value)) return null;
    value = window.word(value);
  }
  return value;
}
