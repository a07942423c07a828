// The instructions of a CIE and an FDE → rows: from which address on which rules hold. A state machine over DW_CFA_*; leaves out
// registers that nobody needs to go on (vectors). Sources: DWARF 5, 6.4.2 and 7.24; GNU's and ARM's own from binutils' dwarf2.h.
// States are numbers (rule-state.ts): libjvm's 480,000 instructions lead between some hundred of them, so an instruction is worked out once for
// each state that it is met in (state-steps.ts).

import { type ByteCursor, CfiError } from './byte-cursor.ts';
import { type PointerBases, readPointer } from './encoded-pointer.ts';
import { Expressions } from './expressions.ts';
import { MAX_OFFSET, MAX_REMEMBERED_STATES } from './limits.ts';
import { CFA_EXPRESSION, CFA_OFFSET, CFA_REGISTER, FIRST_REGISTER, REGISTER_COUNT, type RuleSet, RuleState, SLOT, slot } from './rule-state.ts'; // prettier-ignore
import { StateSteps } from './state-steps.ts';

/** What the instructions of one CIE are read with. */
export interface ProgramContext {
  /** Tells CIEs apart. */
  readonly number: number;
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
  /** A rule holds from `address` on. */
  add(address: number, rule: number): void;
}

const NOTHING: ProgramContext = {
  number: 0,
  codeAlignment: 1,
  dataAlignment: 1,
  pointerEncoding: 0,
  bases: { section: 0, data: null },
  expressions: new Expressions(),
  initial: null,
};

/** Instructions of one byte, or with operands of one byte, by the byte without what is part of it. */
const ADVANCE = 0x40;
const OFFSET = 0x80;
const RESTORE = 0xc0;
const NOP = 0x00;
const ADVANCE_1 = 0x02;
const ADVANCE_2 = 0x03;
const REMEMBER = 0x0a;
const RECALL = 0x0b;
const DEFINE_CFA = 0x0c;
const DEFINE_CFA_REGISTER = 0x0d;
const DEFINE_CFA_OFFSET = 0x0e;
const PRIMARY = 0xc0;
const LOW = 0x3f;
/** The operand, as LEB128 of one byte. */
const isSmall = (byte: number | undefined): byte is number => byte !== undefined && byte < 0x80;

/** Runs instructions on numbered states. */
export class FrameProgram {
  readonly #state = new RuleState();
  readonly #remembered = new Uint16Array(MAX_REMEMBERED_STATES);
  readonly #cursor: ByteCursor;
  readonly #rules: RuleSet;
  readonly #sink: RowSink;
  readonly #steps: StateSteps;
  #context: ProgramContext = NOTHING;
  #number = 0;
  #depth = 0;
  #location = 0;

  constructor(cursor: ByteCursor, rules: RuleSet, sink: RowSink, steps = new StateSteps()) {
    this.#cursor = cursor;
    this.#rules = rules;
    this.#sink = sink;
    this.#steps = steps;
  }

  /** Where the row begins that holds now. */
  get location(): number {
    return this.#location;
  }

  /**
   * Runs the instructions up to the cursor's end, from the state numbered `from` and from `start` on; the sink is told all rows but
   * the last, whose state's number is returned. Throws CfiError.
   */
  run(context: ProgramContext, from: number, start: number): number {
    this.#context = context;
    this.#number = from;
    this.#location = start;
    this.#depth = 0;
    const cursor = this.#cursor;
    const { bytes, end } = cursor;
    for (let { at } = cursor; at < end;) {
      const byte = bytes[at] ?? 0;
      const next = at + 1 < end ? bytes[at + 1] : undefined;
      let length = 0;
      if ((byte & PRIMARY) === ADVANCE) {
        this.#advance(this.#location + (byte & LOW) * context.codeAlignment);
        length = 1;
      } else if ((byte & PRIMARY) === RESTORE) {
        length = this.#step(at, 1, byte);
      } else if ((byte & PRIMARY) === OFFSET || byte === DEFINE_CFA_OFFSET || byte === DEFINE_CFA_REGISTER) {
        if (isSmall(next)) length = this.#step(at, 2, (next << 8) | byte);
      } else if (byte === DEFINE_CFA) {
        const second = at + 2 < end ? bytes[at + 2] : undefined;
        if (isSmall(next) && isSmall(second)) length = this.#step(at, 3, (second << 16) | (next << 8) | byte);
      } else if (byte === NOP) {
        length = 1;
      } else if (byte === REMEMBER) {
        this.#remember();
        length = 1;
      } else if (byte === RECALL) {
        this.#recall();
        length = 1;
      } else if (byte === ADVANCE_1 && next !== undefined) {
        this.#advance(this.#location + next * context.codeAlignment);
        length = 2;
      } else if (byte === ADVANCE_2 && next !== undefined && at + 2 < end) {
        this.#advance(this.#location + (next | ((bytes[at + 2] ?? 0) << 8)) * context.codeAlignment);
        length = 3;
      }
      if (length === 0) this.#workOut(at);
      at = length === 0 ? cursor.at : at + length;
    }
    return this.#number;
  }

  /** An instruction of `length` bytes that only changes the state; its bytes as a number. */
  #step(at: number, length: number, instruction: number): number {
    const { number } = this.#context;
    const known = this.#steps.get(number, this.#number, instruction);
    if (known !== 0) {
      this.#number = known;
      return length;
    }
    const before = this.#number;
    this.#workOut(at);
    this.#steps.set(number, before, instruction, this.#number);
    return length;
  }

  /** Any instruction, on the state itself. */
  #workOut(at: number): void {
    this.#cursor.at = at;
    this.#rules.load(this.#number, this.#state);
    this.#instruction();
    this.#number = this.#rules.number(this.#state);
  }

  #instruction(): void {
    const cursor = this.#cursor;
    const context = this.#context;
    const { codeAlignment, dataAlignment } = context;
    const byte = cursor.u8();
    const low = byte & 0x3f;
    switch (byte >>> 6) {
      case 2: // DW_CFA_offset
        this.#rule(low, slot(SLOT.saved, cursor.uleb() * dataAlignment));
        return;
      case 3: // DW_CFA_restore
        this.#restore(low);
        return;
      default:
    }
    switch (byte) {
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
        this.#state.set(CFA_REGISTER, CFA_EXPRESSION);
        this.#state.set(CFA_OFFSET, this.#expression());
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
    if (to > this.#location) this.#sink.add(this.#location, this.#rules.ofRow(this.#number));
    this.#location = to;
  }

  #rule(register: number, value: number): void {
    if (register < REGISTER_COUNT) this.#state.set(FIRST_REGISTER + register, value);
  }

  #restore(register: number): void {
    const { initial } = this.#context;
    if (initial === null) throw new CfiError('restore in a CIE');
    if (register < REGISTER_COUNT) this.#rule(register, initial.words[FIRST_REGISTER + register] ?? 0);
  }

  #cfaRegister(register: number): void {
    if (register >= REGISTER_COUNT) throw new CfiError('a CFA of a register that is not kept');
    this.#state.set(CFA_REGISTER, register + 1);
  }

  #cfaOffset(offset: number): void {
    if (!Number.isInteger(offset) || Math.abs(offset) > MAX_OFFSET) throw new CfiError('an offset that nothing has');
    this.#state.set(CFA_OFFSET, offset);
  }

  #expression(): number {
    return this.#context.expressions.number(this.#cursor.take(this.#cursor.uleb()));
  }

  #remember(): void {
    if (this.#depth >= MAX_REMEMBERED_STATES) throw new CfiError('too many states to remember');
    this.#remembered[this.#depth] = this.#number;
    this.#depth += 1;
  }

  #recall(): void {
    if (this.#depth === 0) throw new CfiError('no state to restore');
    this.#depth -= 1;
    this.#number = this.#remembered[this.#depth] ?? 0;
  }

  #needsPlainCfa(): void {
    if ((this.#state.words[CFA_REGISTER] ?? 0) <= 0) throw new CfiError('a CFA that is no register');
  }
}
