// How the caller's registers are found at one place of a function: what call frame information (DWARF 5, 6.4) says there, as plain data
// that can be recorded. Registers are numbered as DWARF does for the machine (the psABI's table); which machine, `ArchitectureRegisters` says.

import type { Aarch64RegisterName, RegisterName } from './registers.ts';

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
  readonly names: readonly (RegisterName | Aarch64RegisterName)[];
  readonly stackPointer: number;
  readonly framePointer: number;
  /** The pc of the frame whose registers they are. */
  readonly returnAddress: number;
  /** Where a call leaves its return address, if that is a register; else the number that stands for the caller's pc. */
  readonly link: number;
  /** The interpreter's bytecode pointer. */
  readonly bytecodePointer: number;
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
  link: 16,
  bytecodePointer: 13,
  calleeSaved: [3, 6, 12, 13, 14, 15],
};

/** DWARF for the Arm 64-bit Architecture, 4.1: x0 to x30, sp 31; 32 is the pc. */
export const AARCH64_DWARF: ArchitectureRegisters = {
  count: 33,
  names: [
    'x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7', 'x8', 'x9', 'x10', 'x11', 'x12', 'x13', 'x14', 'x15',
    'x16', 'x17', 'x18', 'x19', 'x20', 'x21', 'x22', 'x23', 'x24', 'x25', 'x26', 'x27', 'x28', 'x29', 'x30', 'sp', 'pc',
  ], // prettier-ignore
  stackPointer: 31,
  framePointer: 29,
  returnAddress: 32,
  link: 30,
  bytecodePointer: 22,
  calleeSaved: [19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29],
};
