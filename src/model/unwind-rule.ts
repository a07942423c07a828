// How the caller's registers are found at one place of a function: what call frame information (DWARF 5, 6.4) says there, as plain data
// that can be recorded. Registers are numbered as DWARF does for the machine (the psABI's table); which machine, `ArchitectureRegisters` says.

import type { RegisterName } from './registers.ts';

/** A register's value in the caller. Registers without a rule keep their value, or lost it if callees may change them. */
export type RegisterRule =
  /** There is none: for the return address, the thread's first function. */
  | { readonly kind: 'undefined' }
  | { readonly kind: 'same' }
  /** Saved in memory at CFA + offset. */
  | { readonly kind: 'saved'; readonly offset: number }
  /** CFA + offset itself. */
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  /** A DWARF expression, which is given the CFA, gives the place it is saved at. */
  | { readonly kind: 'saved-at'; readonly expression: readonly number[] }
  /** A DWARF expression gives the value. */
  | { readonly kind: 'computed'; readonly expression: readonly number[] };

/** The canonical frame address: sp of the caller before its call. */
export type CfaRule =
  | { readonly kind: 'register'; readonly register: number; readonly offset: number }
  | { readonly kind: 'computed'; readonly expression: readonly number[] };

export interface UnwindRule {
  readonly cfa: CfaRule;
  readonly returnAddress: RegisterRule;
  readonly registers: readonly { readonly register: number; readonly rule: RegisterRule }[];
  /** A signal handler's return: the caller's pc is no return address, all of its registers are known. */
  readonly isSignalFrame: boolean;
}

/** The registers that rules may speak of on one machine. */
export interface ArchitectureRegisters {
  /** One more than the highest number that is kept track of. */
  readonly count: number;
  /** What the capture calls them, in the order of their numbers. */
  readonly names: readonly RegisterName[];
  readonly stackPointer: number;
  readonly framePointer: number;
  readonly returnAddress: number;
  /** A call keeps these. */
  readonly calleeSaved: readonly number[];
}

/** System V psABI for AMD64, figure 3.36: rax 0, rdx 1, rcx 2, rbx 3, rsi 4, rdi 5, rbp 6, rsp 7, r8 to r15, return address 16. */
export const X86_64_DWARF: ArchitectureRegisters = {
  count: 17,
  names: [
    'rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip',
  ], // prettier-ignore
  stackPointer: 7,
  framePointer: 6,
  returnAddress: 16,
  calleeSaved: [3, 6, 12, 13, 14, 15],
};
