// Call frame information of one library build as sorted columns: which rule holds from which offset on. 6 bytes a row; the rules
// themselves are some hundred, made into objects when one is first asked for. And which function covers an address: 8 bytes each.

import { AARCH64_DWARF, type CfaRule, type RegisterRule, type UnwindRule, X86_64_DWARF } from '../../model/unwind-rule.ts';
import type { Extents, Rows } from './row-builder.ts';
import {
  CFA_EXPRESSION,
  CFA_OFFSET,
  CFA_REGISTER,
  FIRST_REGISTER,
  FLAG_SIGNAL,
  FLAGS,
  NO_RULE,
  RETURN_SHIFT,
  SLOT,
  SLOT_KIND_BITS,
  STATE_WORDS,
} from './rule-state.ts';

/** All that a table is made of: what is written to disk, too. */
export interface UnwindColumns extends Rows, Extents {
  /** Offsets count from here. */
  readonly base: number;
  /** STATE_WORDS words a rule; the first stands for no rule. */
  readonly ruleWords: Int32Array;
  readonly expressions: readonly Uint8Array[];
}

/** Where code lies that call frame information speaks of as one function. */
export interface FunctionExtent {
  readonly start: number;
  readonly end: number;
}

export interface UnwindTable {
  readonly rows: number;
  readonly sizeBytes: number;
  ruleAt(address: number): UnwindRule | null;
  /** The function that covers an address; null: nothing is said of it. */
  functionAt(address: number): FunctionExtent | null;
}

const IN_REGISTER: RegisterRule = { kind: 'same' };
const KIND_MASK = (1 << SLOT_KIND_BITS) - 1;
const UNDEFINED_RETURN: CfaRule = { kind: 'register', register: 0, offset: 0 };

export function createUnwindTable(columns: UnwindColumns): UnwindTable {
  const { base, starts, rules } = columns;
  const made = new Map<number, UnwindRule | null>();
  return {
    rows: starts.length,
    sizeBytes:
      starts.byteLength +
      rules.byteLength +
      columns.ruleWords.byteLength +
      columns.functionStarts.byteLength +
      columns.functionEnds.byteLength,
    ruleAt(address) {
      const number = rules[lastNotAbove(starts, address - base)] ?? NO_RULE;
      if (number === NO_RULE) return null;
      let rule = made.get(number);
      if (rule === undefined) made.set(number, (rule = makeRule(columns, number)));
      return rule;
    },
    functionAt: (address) => extentAt(columns, address),
  };
}

function extentAt({ base, functionStarts, functionEnds }: UnwindColumns, address: number): FunctionExtent | null {
  const place = lastNotAbove(functionStarts, address - base);
  const end = base + (functionEnds[place] ?? 0);
  return place >= 0 && address < end ? { start: base + (functionStarts[place] ?? 0), end } : null;
}

/**
 * Where whatever begins at `start` has ended: with the function that holds it, else where the next one begins; Infinity: nothing says.
 * For symbols that claim no size.
 */
export function latestEndOf({ base, functionStarts, functionEnds }: UnwindColumns, start: number): number {
  const place = lastNotAbove(functionStarts, start - base);
  const end = base + (functionEnds[place] ?? 0);
  if (place >= 0 && start < end) return end;
  const next = functionStarts[place + 1];
  return next === undefined ? Infinity : base + next;
}

function makeRule({ ruleWords, expressions }: UnwindColumns, number: number): UnwindRule | null {
  const words = ruleWords.subarray(number * STATE_WORDS, (number + 1) * STATE_WORDS);
  const flags = words[FLAGS] ?? 0;
  const returnRegister = flags >> RETURN_SHIFT;
  const expression = (index: number): readonly number[] => [...(expressions[index] ?? [])];
  const ruleOf = (register: number): RegisterRule | null => registerRule(words[FIRST_REGISTER + register] ?? 0, expression);
  const cfaRegister = words[CFA_REGISTER] ?? 0;
  const cfaOffset = words[CFA_OFFSET] ?? 0;
  const cfa: CfaRule =
    cfaRegister === CFA_EXPRESSION
      ? { kind: 'computed', expression: expression(cfaOffset) }
      : cfaRegister === 0
        ? UNDEFINED_RETURN
        : { kind: 'register', register: cfaRegister - 1, offset: cfaOffset };
  const machine = returnRegister === AARCH64_DWARF.link ? AARCH64_DWARF : X86_64_DWARF;
  // Where calls leave the return address in a register, it is there until a rule says otherwise.
  const returnAddress = ruleOf(returnRegister) ?? (machine === AARCH64_DWARF ? IN_REGISTER : null);
  if (returnAddress === null) return null;
  const registers = [];
  for (let register = 0; register < machine.count; register += 1) {
    const rule = register === returnRegister ? null : ruleOf(register);
    if (rule !== null) registers.push({ register, rule });
  }
  return { cfa, returnAddress, registers, isSignalFrame: (flags & FLAG_SIGNAL) !== 0 };
}

/** null: nothing is said of the register. */
function registerRule(slot: number, expression: (index: number) => readonly number[]): RegisterRule | null {
  const value = slot >> SLOT_KIND_BITS;
  switch (slot & KIND_MASK) {
    case SLOT.undefined:
      return { kind: 'undefined' };
    case SLOT.same:
      return { kind: 'same' };
    case SLOT.saved:
      return { kind: 'saved', offset: value };
    case SLOT.offset:
      return { kind: 'offset', offset: value };
    case SLOT.register:
      return { kind: 'register', register: value };
    case SLOT.savedAt:
      return { kind: 'saved-at', expression: expression(value) };
    case SLOT.computed:
      return { kind: 'computed', expression: expression(value) };
    default:
      return null;
  }
}

/** Index of the last start that is not above `wanted`; -1: none. */
function lastNotAbove(starts: Uint32Array, wanted: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
