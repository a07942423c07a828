// What the steps of a walk through native code pass on: where execution stands, who called, and what a walk is given.

import type { Frame, FrameTrace } from '../../model/frame.ts';
import type { StackWindow } from '../stack-window.ts';
import type { NativeCode } from './native-code.ts';
import type { RegisterFile } from './register-file.ts';

/** Where execution stands in native code. */
export interface NativePoint {
  readonly pc: number;
  readonly sp: number;
  readonly fp: number;
  readonly isLeaf: boolean;
  /** The other registers, as far as known; undefined: none is. */
  readonly registers?: RegisterFile | undefined;
  /** The link register of a leaf, where the architecture has one. */
  readonly link?: number | undefined;
}

export interface NativeCaller {
  readonly point: NativePoint;
  /** false: found by taking up rbp after a function without frame pointer; frames between are missing. */
  readonly adjoining: boolean;
  /** Generated code that nothing is known of is taken to keep a frame pointer, as nearly all does. */
  readonly isGuess?: boolean;
}

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
