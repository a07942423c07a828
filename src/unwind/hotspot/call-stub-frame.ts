// The frame of the call stub, through which C++ calls Java, on x86-64 (hotspot/cpu/x86/stubGenerator_x86_64.cpp, generate_call_stub): it
// keeps what C++ wants kept, so that native frames below it are found exactly. Slots are the same in JDK 8 to 27 on Linux.

import type { StackWindow } from '../stack-window.ts';
import { X86_64_DWARF } from '../../model/unwind-rule.ts';
import { type CodeBytes, matches } from '../arch/code-bytes.ts';
import type { PhysicalFrame } from './physical-frame.ts';

/** JavaCallWrapper*, words from fp (frame::entry_frame_call_wrapper_offset). */
export const CALL_WRAPPER_OFFSET_BYTES = -48;
/** Bytes from fp by DWARF number: rbx, r12 to r15. */
const SAVED_REGISTERS: readonly (readonly [register: number, offset: number])[] = [
  [3, -56],
  [12, -64],
  [13, -72],
  [14, -80],
  [15, -88],
];

/** mov [rbp - 88], r15: the last that is saved, after the wrapper. */
const SAVE_LAST = [0x4c, 0x89, 0x7d, 0xa8] as const;
const RET = [0xc3] as const;

/** Whether the stub has saved all it keeps, and does not return yet. `code` begins with the stub. */
export function isEntryFrameWhole(code: CodeBytes, pc: number): boolean {
  for (let at = code.address; at + SAVE_LAST.length <= pc; at += 1) {
    if (matches(code, at, SAVE_LAST)) return !matches(code, pc, RET);
  }
  return false;
}

/** The C++ frame that called Java through the stub whose frame is at `fp`. Throws WalkStop. */
export function callStubCaller(window: StackWindow, fp: number): PhysicalFrame {
  const { count, stackPointer, framePointer, returnAddress } = X86_64_DWARF;
  const [pc, sp, callerFp] = [window.word(fp + 8), fp + 16, window.word(fp)];
  const registers = new Float64Array(count).fill(NaN);
  for (const [register, offset] of SAVED_REGISTERS) registers[register] = window.tryWord(fp + offset) ?? NaN;
  registers[returnAddress] = pc;
  registers[stackPointer] = sp;
  registers[framePointer] = callerFp;
  return { pc, sp, fp: callerFp, isLeaf: false, registers };
}
