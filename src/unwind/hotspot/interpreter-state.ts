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
  /** A method was entered, its frame is not whole: bytecode 0. */
  | { readonly kind: 'entering'; readonly method: number; readonly caller: PhysicalFrame }
  /** The frame is gone, the jump to the caller comes next: no method any more. */
  | { readonly kind: 'left'; readonly caller: PhysicalFrame };

export interface InterpreterFrames {
  /** The frame at `frame.fp`, for a pc whose interpreter frame is whole: every caller, and most leaves. */
  readonly wholeFrame: (window: StackWindow, frame: PhysicalFrame, liveBcp: number | null) => InterpreterState;
  /** State of a leaf: `code` is the codelet's whole code (method entries) or what lies around pc. */
  readonly leafState: (window: StackWindow, registers: Registers, codelet: Codelet, code: CodeBytes) => InterpreterState;
}

/** How descriptions of method entries' codelets begin. */
export const ENTRY_POINT = 'method entry point';
/** Kinds of method entry that build an interpreter frame; the others (math, CRC32, accessors) run without one. */
export const FRAME_ENTRIES = ['= zerolocals', '= native'] as const;
