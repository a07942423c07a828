// A frame's registers and the rule for its pc → its caller's registers. Exact, or nothing: what the rule needs and the stack does not
// hold is told, never guessed.

import type { ArchitectureRegisters, RegisterRule, UnwindRule } from '../../model/unwind-rule.ts';
import type { StackWindow } from '../stack-window.ts';
import { evaluateExpression, type ExpressionContext } from './dwarf-expression.ts';
import { type RegisterFile, unknownRegisters } from './register-file.ts';

export type RuleCaller =
  | { readonly kind: 'caller'; readonly registers: RegisterFile }
  /** The rule says that there is no caller. */
  | { readonly kind: 'none' }
  /** The rule needs what is not known. */
  | { readonly kind: 'unknown' };

const NONE: RuleCaller = { kind: 'none' };
const UNKNOWN: RuleCaller = { kind: 'unknown' };

/** Throws WalkStop where the copied stack lacks what lies in it: lost, cut off, not readable. */
export function callerByRule(
  rule: UnwindRule,
  registers: RegisterFile,
  window: StackWindow,
  machine: ArchitectureRegisters,
): RuleCaller {
  if (rule.returnAddress.kind === 'undefined') return NONE;
  const word = (address: number): number | null => {
    return window.tryWord(address) ?? (window.covers(address) ? window.word(address) : null);
  };
  const context: ExpressionContext = { registers, word };
  const cfa =
    rule.cfa.kind === 'register'
      ? (registers[rule.cfa.register] ?? NaN) + rule.cfa.offset
      : (evaluateExpression(rule.cfa.expression, [], context) ?? NaN);
  if (!Number.isSafeInteger(cfa)) return UNKNOWN;
  const sp = registers[machine.stackPointer] ?? NaN;
  const value = (register: number, own: RegisterRule, read: typeof word): number => {
    switch (own.kind) {
      case 'undefined':
        return NaN;
      case 'same':
        return registers[register] ?? NaN;
      case 'saved':
        // Below sp lies what the epilogue has popped again: rules go on naming its slot, and the register has its value back.
        return cfa + own.offset < sp && register !== machine.returnAddress
          ? (registers[register] ?? NaN)
          : (read(cfa + own.offset) ?? NaN);
      case 'offset':
        return cfa + own.offset;
      case 'register':
        return registers[own.register] ?? NaN;
      case 'saved-at':
        return read(evaluateExpression(own.expression, [cfa], context) ?? NaN) ?? NaN;
      case 'computed':
        return evaluateExpression(own.expression, [cfa], context) ?? NaN;
      default:
        return own satisfies never;
    }
  };
  const code = (address: number): number | null => {
    return window.tryReturnAddress(address) ?? (window.covers(address) ? window.returnAddress(address) : null);
  };
  const pc = value(machine.link, rule.returnAddress, code);
  if (Number.isNaN(pc)) return UNKNOWN;
  const caller = unknownRegisters(machine);
  for (const register of machine.calleeSaved) caller[register] = registers[register] ?? NaN;
  caller[machine.stackPointer] = cfa;
  // Of these, none may be needed: one that the stack does not hold is one that is not known.
  const lenient = (address: number): number | null => window.tryWord(address);
  for (const { register, rule: own } of rule.registers)
    if (register < caller.length) caller[register] = value(register, own, lenient);
  caller[machine.returnAddress] = pc;
  return { kind: 'caller', registers: caller };
}
