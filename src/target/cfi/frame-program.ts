// The instructions of a CIE and an FDE → rows: from which address on which rules hold. A state machine over DW_CFA_*; leaves out
// registers that nobody needs to go on (vectors). Sources: DWARF 5, 6.4.2 and 7.24; GNU's and ARM's own from binutils' dwarf2.h.

import { type ByteCursor, CfiError } from './byte-cursor.ts';
import { type PointerBases, readPointer } from './encoded-pointer.ts';
import { Expressions } from './expressions.ts';
import { MAX_OFFSET, MAX_REMEMBERED_STATES } from './limits.ts';
import { CFA_EXPRESSION, CFA_OFFSET, CFA_REGISTER, FIRST_REGISTER, REGISTER_COUNT, RuleState, SLOT, slot } from './rule-state.ts';

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

const MAX_LOCATION = 2 ** 53;

/** What the rows go to. */
export interface RowSink {
  /** The rules of `state` hold from `address` on. */
  row(address: number, state: RuleState): void;
}

const NOTHING: ProgramContext = {
  codeAlignment: 1,
  dataAlignment: 1,
  pointerEncoding: 0,
  bases: { section: 0, data: null },
  expressions: new Expressions(),
  initial: null,
};

/** Runs instructions on one state, over and over: the states that are remembered on the way are made once. */
export class FrameProgram {
  readonly state = new RuleState();
  readonly #remembered = Array.from({ length: MAX_REMEMBERED_STATES }, () => new RuleState());
  readonly #cursor: ByteCursor;
  readonly #sink: RowSink;
  #context: ProgramContext = NOTHING;
  #depth = 0;
  #location = 0;

  constructor(cursor: ByteCursor, sink: RowSink) {
    this.#cursor = cursor;
    this.#sink = sink;
  }

  /** Where the row begins that holds now. */
  get location(): number {
    return this.#location;
  }

  /** Runs the instructions up to the cursor's end, from `start` on; the sink is told all rows but the last. */
  run(context: ProgramContext, start: number): void {
    this.#context = context;
    this.#location = start;
    this.#depth = 0;
    if (context.initial !== null) this.state.copy(context.initial);
    const cursor = this.#cursor;
    while (cursor.at < cursor.end) this.#instruction();
  }

  #instruction(): void {
    const cursor = this.#cursor;
    const context = this.#context;
    const { codeAlignment, dataAlignment } = context;
    const byte = cursor.u8();
    const low = byte & 0x3f;
    switch (byte >>> 6) {
      case 1: // DW_CFA_advance_loc
        this.#advance(this.#location + low * codeAlignment);
        return;
      case 2: // DW_CFA_offset
        this.#rule(low, slot(SLOT.saved, cursor.uleb() * dataAlignment));
        return;
      case 3: // DW_CFA_restore
        this.#restore(low);
        return;
      default:
    }
    switch (byte) {
      case 0x00: // DW_CFA_nop
        break;
      case 0x01: // DW_CFA_set_loc
        this.#advance(readPointer(cursor, context.pointerEncoding, context.bases));
        break;
      case 0x02: // DW_CFA_advance_loc1
        this.#advance(this.#location + cursor.u8() * codeAlignment);
        break;
      case 0x03: // DW_CFA_advance_loc2
        this.#advance(this.#location + cursor.u16() * codeAlignment);
        break;
      case 0x04: // DW_CFA_advance_loc4
        this.#advance(this.#location + cursor.u32() * codeAlignment);
        break;
      case 0x05: // DW_CFA_offset_extended
        this.#rule(cursor.uleb(), slot(SLOT.saved, cursor.uleb() * dataAlignment));
        break;
      case 0x06: // DW_CFA_restore_extended
        this.#restore(cursor.uleb());
        break;
      case 0x07: // DW_CFA_undefined
        this.#rule(cursor.uleb(), SLOT.undefined);
        break;
      case 0x08: // DW_CFA_same_value
        this.#rule(cursor.uleb(), SLOT.same);
        break;
      case 0x09: // DW_CFA_register
        this.#rule(cursor.uleb(), slot(SLOT.register, cursor.uleb()));
        break;
      case 0x0a: // DW_CFA_remember_state
        this.#remember();
        break;
      case 0x0b: // DW_CFA_restore_state
        this.#recall();
        break;
      case 0x0c: // DW_CFA_def_cfa
        this.#cfaRegister(cursor.uleb());
        this.#cfaOffset(cursor.uleb());
        break;
      case 0x0d: // DW_CFA_def_cfa_register
        this.#needsPlainCfa();
        this.#cfaRegister(cursor.uleb());
        break;
      case 0x0e: // DW_CFA_def_cfa_offset
        this.#needsPlainCfa();
        this.#cfaOffset(cursor.uleb());
        break;
      case 0x0f: // DW_CFA_def_cfa_expression
        this.state.set(CFA_REGISTER, CFA_EXPRESSION);
        this.state.set(CFA_OFFSET, this.#expression());
        break;
      case 0x10: // DW_CFA_expression
        this.#rule(cursor.uleb(), slot(SLOT.savedAt, this.#expression()));
        break;
      case 0x11: // DW_CFA_offset_extended_sf
        this.#rule(cursor.uleb(), slot(SLOT.saved, cursor.sleb() * dataAlignment));
        break;
      case 0x12: // DW_CFA_def_cfa_sf
        this.#cfaRegister(cursor.uleb());
        this.#cfaOffset(cursor.sleb() * dataAlignment);
        break;
      case 0x13: // DW_CFA_def_cfa_offset_sf
        this.#needsPlainCfa();
        this.#cfaOffset(cursor.sleb() * dataAlignment);
        break;
      case 0x14: // DW_CFA_val_offset
        this.#rule(cursor.uleb(), slot(SLOT.offset, cursor.uleb() * dataAlignment));
        break;
      case 0x15: // DW_CFA_val_offset_sf
        this.#rule(cursor.uleb(), slot(SLOT.offset, cursor.sleb() * dataAlignment));
        break;
      case 0x16: // DW_CFA_val_expression
        this.#rule(cursor.uleb(), slot(SLOT.computed, this.#expression()));
        break;
      case 0x1d: // DW_CFA_MIPS_advance_loc8
        this.#advance(this.#location + cursor.u64() * codeAlignment);
        break;
      case 0x2d: // DW_CFA_AARCH64_negate_ra_state: whether the return address is signed is seen in its bits
        break;
      case 0x2e: // DW_CFA_GNU_args_size: the offset of the CFA counts the arguments in
        cursor.uleb();
        break;
      case 0x2f: // DW_CFA_GNU_negative_offset_extended
        this.#rule(cursor.uleb(), slot(SLOT.saved, -cursor.uleb() * dataAlignment));
        break;
      default:
        throw new CfiError(`instruction 0x${byte.toString(16)}`);
    }
  }

  #advance(to: number): void {
    if (!(to >= this.#location && to < MAX_LOCATION)) throw new CfiError('a location before the last');
    if (to > this.#location) this.#sink.row(this.#location, this.state);
    this.#location = to;
  }

  #rule(register: number, value: number): void {
    if (register < REGISTER_COUNT) this.state.set(FIRST_REGISTER + register, value);
  }

  #restore(register: number): void {
    const { initial } = this.#context;
    if (initial === null) throw new CfiError('restore in a CIE');
    if (register < REGISTER_COUNT) this.#rule(register, initial.words[FIRST_REGISTER + register] ?? 0);
  }

  #cfaRegister(register: number): void {
    if (register >= REGISTER_COUNT) throw new CfiError('a CFA of a register that is not kept');
    this.state.set(CFA_REGISTER, register + 1);
  }

  #cfaOffset(offset: number): void {
    if (!Number.isInteger(offset) || Math.abs(offset) > MAX_OFFSET) throw new CfiError('an offset that nothing has');
    this.state.set(CFA_OFFSET, offset);
  }

  #expression(): number {
    return this.#context.expressions.number(this.#cursor.take(this.#cursor.uleb()));
  }

  #remember(): void {
    const kept = this.#remembered[this.#depth];
    if (kept === undefined) throw new CfiError('too many states to remember');
    kept.copy(this.state);
    this.#depth += 1;
  }

  #recall(): void {
    const kept = this.#remembered[this.#depth - 1];
    if (kept === undefined) throw new CfiError('no state to restore');
    this.#depth -= 1;
    this.state.copy(kept);
  }

  #needsPlainCfa(): void {
    if ((this.state.words[CFA_REGISTER] ?? 0) <= 0) throw new CfiError('a CFA that is no register');
  }
}
