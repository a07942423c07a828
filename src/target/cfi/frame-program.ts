// The instructions of a CIE and an FDE → rows: from which address on which rules hold. A state machine over DW_CFA_*; leaves out
// registers that nobody needs to go on (vectors). Sources: DWARF 5, 6.4.2 and 7.24; GNU's and ARM's own from binutils' dwarf2.h.

import { type ByteCursor, CfiError } from './byte-cursor.ts';
import { type PointerBases, readPointer } from './encoded-pointer.ts';
import type { Expressions } from './expressions.ts';
import { MAX_OFFSET, MAX_REMEMBERED_STATES } from './limits.ts';
import { CFA_EXPRESSION, CFA_OFFSET, CFA_REGISTER, FIRST_REGISTER, MACHINE, RuleState, SLOT, slot } from './rule-state.ts';

/** What the instructions of one CIE are read with. */
export interface ProgramContext {
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  readonly pointerEncoding: number;
  readonly bases: PointerBases;
  readonly expressions: Expressions;
  /** The state that DW_CFA_restore goes back to; null while it is made. */
  readonly initial: RuleState | null;
}

const REMEMBERED = Array.from({ length: MAX_REMEMBERED_STATES }, () => new RuleState());
const MAX_LOCATION = 2 ** 53;

/** Runs the instructions up to the cursor's end on `state`. `row` is told each address that a new row begins at, before it changes. */
export function runFrameProgram(
  cursor: ByteCursor,
  state: RuleState,
  context: ProgramContext,
  start: number,
  row: (next: number) => void,
): void {
  const { codeAlignment, dataAlignment, expressions, initial } = context;
  let [location, remembered] = [start, 0];
  const advance = (to: number): void => {
    if (!(to >= location && to < MAX_LOCATION)) throw new CfiError('a location before the last');
    if (to > location) row(to);
    location = to;
  };
  const rule = (register: number, value: number): void => {
    if (register < MACHINE.count) state.set(FIRST_REGISTER + register, value);
  };
  const restore = (register: number): void => {
    if (initial === null) throw new CfiError('restore in a CIE');
    if (register < MACHINE.count) rule(register, initial.words[FIRST_REGISTER + register] ?? 0);
  };
  const cfaRegister = (register: number): void => {
    if (register >= MACHINE.count) throw new CfiError('a CFA of a register that is not kept');
    state.set(CFA_REGISTER, register + 1);
  };
  const cfaOffset = (offset: number): void => {
    if (!Number.isInteger(offset) || Math.abs(offset) > MAX_OFFSET) throw new CfiError('an offset that nothing has');
    state.set(CFA_OFFSET, offset);
  };
  const expression = (): number => expressions.number(cursor.take(cursor.uleb()));
  while (cursor.at < cursor.end) {
    const byte = cursor.u8();
    const low = byte & 0x3f;
    switch (byte >>> 6) {
      case 1: // DW_CFA_advance_loc
        advance(location + low * codeAlignment);
        continue;
      case 2: // DW_CFA_offset
        rule(low, slot(SLOT.saved, cursor.uleb() * dataAlignment));
        continue;
      case 3: // DW_CFA_restore
        restore(low);
        continue;
      default:
    }
    switch (byte) {
      case 0x00: // DW_CFA_nop
        break;
      case 0x01: // DW_CFA_set_loc
        advance(readPointer(cursor, context.pointerEncoding, context.bases));
        break;
      case 0x02: // DW_CFA_advance_loc1
        advance(location + cursor.u8() * codeAlignment);
        break;
      case 0x03: // DW_CFA_advance_loc2
        advance(location + cursor.u16() * codeAlignment);
        break;
      case 0x04: // DW_CFA_advance_loc4
        advance(location + cursor.u32() * codeAlignment);
        break;
      case 0x05: // DW_CFA_offset_extended
        rule(cursor.uleb(), slot(SLOT.saved, cursor.uleb() * dataAlignment));
        break;
      case 0x06: // DW_CFA_restore_extended
        restore(cursor.uleb());
        break;
      case 0x07: // DW_CFA_undefined
        rule(cursor.uleb(), SLOT.undefined);
        break;
      case 0x08: // DW_CFA_same_value
        rule(cursor.uleb(), SLOT.same);
        break;
      case 0x09: // DW_CFA_register
        rule(cursor.uleb(), slot(SLOT.register, cursor.uleb()));
        break;
      case 0x0a: { // DW_CFA_remember_state
        const kept = REMEMBERED[remembered];
        if (kept === undefined) throw new CfiError('too many states to remember');
        kept.copy(state);
        remembered += 1;
        break;
      }
      case 0x0b: { // DW_CFA_restore_state
        remembered -= 1;
        const kept = REMEMBERED[remembered];
        if (kept === undefined) throw new CfiError('no state to restore');
        state.copy(kept);
        break;
      }
      case 0x0c: // DW_CFA_def_cfa
        cfaRegister(cursor.uleb());
        cfaOffset(cursor.uleb());
        break;
      case 0x0d: // DW_CFA_def_cfa_register
        needsPlainCfa(state);
        cfaRegister(cursor.uleb());
        break;
      case 0x0e: // DW_CFA_def_cfa_offset
        needsPlainCfa(state);
        cfaOffset(cursor.uleb());
        break;
      case 0x0f: // DW_CFA_def_cfa_expression
        state.set(CFA_REGISTER, CFA_EXPRESSION);
        state.set(CFA_OFFSET, expression());
        break;
      case 0x10: // DW_CFA_expression
        rule(cursor.uleb(), slot(SLOT.savedAt, expression()));
        break;
      case 0x11: // DW_CFA_offset_extended_sf
        rule(cursor.uleb(), slot(SLOT.saved, cursor.sleb() * dataAlignment));
        break;
      case 0x12: // DW_CFA_def_cfa_sf
        cfaRegister(cursor.uleb());
        cfaOffset(cursor.sleb() * dataAlignment);
        break;
      case 0x13: // DW_CFA_def_cfa_offset_sf
        needsPlainCfa(state);
        cfaOffset(cursor.sleb() * dataAlignment);
        break;
      case 0x14: // DW_CFA_val_offset
        rule(cursor.uleb(), slot(SLOT.offset, cursor.uleb() * dataAlignment));
        break;
      case 0x15: // DW_CFA_val_offset_sf
        rule(cursor.uleb(), slot(SLOT.offset, cursor.sleb() * dataAlignment));
        break;
      case 0x16: // DW_CFA_val_expression
        rule(cursor.uleb(), slot(SLOT.computed, expression()));
        break;
      case 0x1d: // DW_CFA_MIPS_advance_loc8
        advance(location + cursor.u64() * codeAlignment);
        break;
      case 0x2d: // DW_CFA_AARCH64_negate_ra_state: whether the return address is signed is seen in its bits
        break;
      case 0x2e: // DW_CFA_GNU_args_size: the offset of the CFA counts the arguments in
        cursor.uleb();
        break;
      case 0x2f: // DW_CFA_GNU_negative_offset_extended
        rule(cursor.uleb(), slot(SLOT.saved, -cursor.uleb() * dataAlignment));
        break;
      default:
        throw new CfiError(`instruction 0x${byte.toString(16)}`);
    }
  }
}

function needsPlainCfa(state: RuleState): void {
  if ((state.words[CFA_REGISTER] ?? 0) <= 0) throw new CfiError('a CFA that is no register');
}
