// The entries of a .eh_frame or .debug_frame section → rows of a table. An entry that cannot be read costs its function, a length
// that cannot be believed ends the section. Sources: DWARF 5, 6.4.1; Linux Standard Base Core 5.0, 10.6.1 (augmentations z R P L S B).

import { ByteCursor, CfiError } from './byte-cursor.ts';
import { DW_EH_PE_ABSPTR, DW_EH_PE_OMIT, type PointerBases, readPointer, readValue, skipPointer } from './encoded-pointer.ts';
import type { Expressions } from './expressions.ts';
import { FrameProgram, type ProgramContext, type RowSink } from './frame-program.ts';
import { MAX_AUGMENTATION_CHARS, MAX_CIES } from './limits.ts';
import type { RowBuilder } from './row-builder.ts';
import { FLAG_SIGNAL, FLAGS, NO_RULE, REGISTER_COUNT, RETURN_SHIFT, type RuleSet, RuleState } from './rule-state.ts';
import { StateSteps } from './state-steps.ts';

/** A section's bytes and where they lie. */
export interface FrameSection {
  readonly kind: 'eh_frame' | 'debug_frame';
  readonly bytes: Uint8Array;
  readonly bases: PointerBases;
}

/** What a CIE says for all of its functions. */
interface CommonInformation {
  readonly hasAugmentationData: boolean;
  /** Number of the state that functions begin with. */
  readonly initial: number;
  readonly context: ProgramContext;
}

const EXTENDED_LENGTH = 0xffff_ffff;
const FORMAT_BITS = 0x0f;
const TWO_TO_64 = 2 ** 64;

/** Adds the rows of all functions of a section. */
export function readFrameSection(section: FrameSection, rows: RowBuilder, rules: RuleSet, expressions: Expressions): void {
  new SectionReader(section, rows, rules, expressions).run();
}

/** Of a CIE: its instructions hold for the whole of a function. */
const NO_ROWS: RowSink = {
  add: () => {
    throw new CfiError('a location in a CIE');
  },
};

class SectionReader {
  readonly #section: FrameSection;
  readonly #rows: RowBuilder;
  readonly #rules: RuleSet;
  readonly #expressions: Expressions;
  readonly #common = new Map<number, CommonInformation | null>();
  /** CIEs lie side by side: all together they have no more bytes than the section, unless somebody lets them overlap. */
  #commonBytesLeft: number;
  #commonCount = 0;
  readonly #cursor: ByteCursor;
  readonly #steps = new StateSteps();
  readonly #program: FrameProgram;
  #lastCommon: { readonly offset: number; readonly common: CommonInformation | null } | null = null;

  constructor(section: FrameSection, rows: RowBuilder, rules: RuleSet, expressions: Expressions) {
    this.#section = section;
    this.#rows = rows;
    this.#rules = rules;
    this.#expressions = expressions;
    this.#commonBytesLeft = section.bytes.length;
    this.#cursor = new ByteCursor(section.bytes, 0, section.bytes.length);
    this.#program = new FrameProgram(this.#cursor, rules, rows, this.#steps);
  }

  run(): void {
    const { bytes } = this.#section;
    const cursor = this.#cursor;
    for (let at = 0; at + 4 <= bytes.length;) {
      cursor.at = at;
      cursor.end = bytes.length;
      try {
        const wide = this.#readLength();
        const end = cursor.end;
        if (end > cursor.at) this.#entry(wide);
        at = end;
      } catch (error) {
        if (!(error instanceof CfiError)) throw error;
        if (cursor.end >= bytes.length || cursor.end <= at) return;
        at = cursor.end;
      }
    }
  }

  /** The length before an entry: sets the cursor's end; true for the 64-bit format. Throws where it cannot be. */
  #readLength(): boolean {
    const cursor = this.#cursor;
    let length = cursor.u32();
    const wide = length === EXTENDED_LENGTH;
    if (wide) length = cursor.u64();
    if (cursor.at + length > this.#section.bytes.length) {
      cursor.end = this.#section.bytes.length;
      throw new CfiError('a length beyond the section');
    }
    cursor.end = cursor.at + length;
    return wide;
  }

  #entry(wide: boolean): void {
    const cursor = this.#cursor;
    const field = cursor.at;
    const id = wide ? cursor.u64() : cursor.u32();
    const isEh = this.#section.kind === 'eh_frame';
    // All ones: of a 64-bit word as a number, 2^64.
    if (isEh ? id === 0 : id === (wide ? TWO_TO_64 : EXTENDED_LENGTH)) return;
    const { at, end } = cursor;
    const common = this.#commonAt(isEh ? field - id : id);
    cursor.at = at;
    cursor.end = end;
    if (common !== null) this.#function(common);
  }

  #function(common: CommonInformation): void {
    const cursor = this.#cursor;
    const { bases } = this.#section;
    const { pointerEncoding } = common.context;
    const start = readPointer(cursor, pointerEncoding, bases);
    const size = readValue(cursor, pointerEncoding & FORMAT_BITS);
    if (common.hasAugmentationData) cursor.skip(cursor.uleb());
    // Linkers leave entries of functions they dropped, at 0.
    if (start <= 0 || size <= 0) return;
    const rows = this.#rows;
    const program = this.#program;
    rows.begin(start, start + size);
    try {
      const last = program.run(common.context, common.initial, start);
      rows.add(program.location, this.#rules.ofRow(last));
    } catch (error) {
      if (!(error instanceof CfiError)) throw error;
      rows.add(program.location, NO_RULE);
    }
  }

  #commonAt(offset: number): CommonInformation | null {
    // Mostly the same for one function after the other.
    if (this.#lastCommon?.offset === offset) return this.#lastCommon.common;
    const common = this.#findCommon(offset);
    this.#lastCommon = { offset, common };
    return common;
  }

  #findCommon(offset: number): CommonInformation | null {
    const known = this.#common.get(offset);
    if (known !== undefined) return known;
    if (this.#common.size >= MAX_CIES) this.#common.clear();
    let common: CommonInformation | null = null;
    try {
      common = this.#readCommon(offset);
    } catch (error) {
      if (!(error instanceof CfiError)) throw error;
    }
    this.#common.set(offset, common);
    return common;
  }

  #readCommon(offset: number): CommonInformation {
    const { bytes, bases, kind } = this.#section;
    if (!(offset >= 0 && offset < bytes.length)) throw new CfiError('no CIE there');
    const cursor = this.#cursor;
    cursor.at = offset;
    cursor.end = bytes.length;
    const wide = this.#readLength();
    this.#commonBytesLeft -= cursor.end - offset;
    if (this.#commonBytesLeft < 0) throw new CfiError('CIEs over one another');
    const id = wide ? cursor.u64() : cursor.u32();
    if (id !== (kind === 'eh_frame' ? 0 : wide ? TWO_TO_64 : EXTENDED_LENGTH)) throw new CfiError('no CIE there');
    const version = cursor.u8();
    const augmentation = readText(cursor);
    if (version === 4) {
      const [addressBytes, selectorBytes] = [cursor.u8(), cursor.u8()];
      if (addressBytes !== 8 || selectorBytes !== 0) throw new CfiError('addresses of another size');
    }
    if (augmentation.startsWith('eh')) cursor.skip(8);
    const codeAlignment = cursor.uleb();
    const dataAlignment = cursor.sleb();
    const returnRegister = version === 1 ? cursor.u8() : cursor.uleb();
    if (returnRegister >= REGISTER_COUNT) throw new CfiError('a return address nobody keeps');
    const hasAugmentationData = augmentation.startsWith('z');
    const { pointerEncoding, isSignal } = readAugmentation(cursor, augmentation);
    const number = this.#commonCount++;
    if (number >= MAX_CIES) throw new CfiError('too many CIEs');
    const context = {
      number,
      codeAlignment,
      dataAlignment,
      pointerEncoding,
      bases,
      expressions: this.#expressions,
      initial: null,
    };
    const state = new RuleState();
    state.set(FLAGS, (returnRegister << RETURN_SHIFT) | (isSignal ? FLAG_SIGNAL : 0));
    const initial = new FrameProgram(cursor, this.#rules, NO_ROWS, this.#steps).run(context, this.#rules.number(state), 0);
    this.#rules.load(initial, state);
    return { hasAugmentationData, initial, context: { ...context, initial: state } };
  }
}

function readAugmentation(cursor: ByteCursor, augmentation: string): { pointerEncoding: number; isSignal: boolean } {
  let [pointerEncoding, isSignal] = [DW_EH_PE_ABSPTR, false];
  if (!augmentation.startsWith('z')) {
    if (augmentation !== '' && augmentation !== 'eh') throw new CfiError(`augmentation ${augmentation}`);
    return { pointerEncoding, isSignal };
  }
  const dataBytes = cursor.uleb();
  const end = cursor.at + dataBytes;
  for (const letter of augmentation.slice(1)) {
    if (letter === 'R') pointerEncoding = cursor.u8();
    else if (letter === 'L') cursor.u8();
    else if (letter === 'P') {
      const encoding = cursor.u8();
      if (encoding !== DW_EH_PE_OMIT) skipPointer(cursor, encoding);
    } else if (letter === 'S') isSignal = true;
    // B: signed with the other key; G: memory tags. What else there may be has its data before `end`.
    else if (letter !== 'B' && letter !== 'G') break;
  }
  if (end < cursor.at) throw new CfiError('augmentation data too short');
  cursor.skip(end - cursor.at);
  return { pointerEncoding, isSignal };
}

function readText(cursor: ByteCursor): string {
  let text = '';
  for (let byte = cursor.u8(); byte !== 0; byte = cursor.u8()) {
    if (text.length >= MAX_AUGMENTATION_CHARS) throw new CfiError('a long augmentation');
    text += String.fromCharCode(byte);
  }
  return text;
}
