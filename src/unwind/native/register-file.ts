// The registers of one frame by their DWARF numbers, as far as they are known: all at a leaf, what callees keep further up.

import type { X86Registers } from '../../model/registers.ts';
import { X86_64_DWARF } from '../../model/unwind-rule.ts';

/** The machine whose stacks are walked. */
export const MACHINE = X86_64_DWARF;

/** Values by DWARF number; NaN: not known. */
export type RegisterFile = Float64Array;

/** Nothing known. */
export function unknownRegisters(): RegisterFile {
  return new Float64Array(MACHINE.count).fill(NaN);
}

/** What was captured, or what a signal interrupted. */
export function registerFile(registers: X86Registers): RegisterFile {
  return Float64Array.from(MACHINE.names, (name) => registers[name]);
}
