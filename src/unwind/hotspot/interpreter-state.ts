// What a pc in the template interpreter stands for, and how an architecture's frames of it are read (interpreted-frame.ts for x86-64,
// a64-interpreted-frame.ts for aarch64).

import type { Registers } from '../../model/registers.ts';
import type { CodeBytes } from '../arch/code-bytes.ts';
import type { StackWindow } from '../stack-window.ts';
import type { Codelet } from './codelets.ts';
import type { PhysicalFrame } from './physical-frame.ts';

/** What a pc in the interpreter stands for. */
export type InterpreterState =
  /** A whole frame at fp: `bcp` candidates in the order they should be believed. */
  | { readonly kind: 'frame'; readonly method: number; readonly bcps: readonly number[]; readonly caller: PhysicalFrame }
  /**
   * A method was entered, its frame is not whole: bytecode 0. `bySenderSp`: its caller if words were pushed (JDK 8's sin, pow and others
   * save all registers) and the caller is interpreted, which leaves the return address right below the sender's sp; null: nothing is pushed.
   */
  | {
      readonly kind: 'entering';
      readonly method: number;
      readonly caller: PhysicalFrame;
      readonly bySenderSp: PhysicalFrame | null;
    }
  /** The frame is gone, the jump to the caller comes next: no method any more. */
  | { readonly kind: 'left'; readonly caller: PhysicalFrame };

export interface InterpreterFrames {
  /** The frame at `frame.fp`, for a pc whose interpreter frame is whole: every caller, and most leaves. */
  readonly wholeFrame: (window: StackWindow, frame: PhysicalFrame, liveBcp: number | null) => InterpreterState;
  /** The method of a whole frame at `fp`; null where the stack was not copied. */
  readonly methodAt: (window: StackWindow, fp: number) => number | null;
  /** State of a leaf: `code` is the codelet's whole code (method entries) or what lies around pc. */
  readonly leafState: (window: StackWindow, registers: Registers, codelet: Codelet, code: CodeBytes) => InterpreterState;
}

/**
 * Kinds of method entry that build an interpreter frame; the others (math, CRC32, accessors) run without one, but for their slow path
 * in JDK 8, which is a whole frame-building entry of its own behind the fast one: that the code shows.
 */
export const FRAME_ENTRIES = ['= zerolocals', '= native'] as const;
