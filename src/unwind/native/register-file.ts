// The registers of one frame by their DWARF numbers, as far as they are known: all at a leaf, what callees keep further up.

import { isAarch64, type Registers } from '../../model/registers.ts';
import { AARCH64_DWARF, type ArchitectureRegisters, X86_64_DWARF } from '../../model/unwind-rule.ts';

/** Values by DWARF number; NaN: not known. */
export type RegisterFile = Float64Array;

/** Nothing known. */
export function unknownRegisters(machine: ArchitectureRegisters): RegisterFile {
  return new Float64Array(machine.count).fill(NaN);
}

/** What was captured, or what a signal interrupted. */
export function registerFile(registers: Registers): RegisterFile {
  // The names of a machine's table are those of its registers.
  const values: Readonly<Record<string, number>> = registers;
  const { names } = isAarch64(registers) ? AARCH64_DWARF : X86_64_DWARF;
  return Float64Array.from(names, (name) => values[name] ?? NaN);
}
