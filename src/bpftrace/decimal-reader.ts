// Unsigned decimal numbers of a record line → numbers, or the eight little-endian bytes of a 64-bit word. The hot loop of the
// capture: most stack words are 0 or 15 digits, exact as doubles; only longer ones take the two-limb path. Never throws: `ok` turns
// false at the first byte that does not fit, and stays so until the next `reset`.

const DIGIT_0 = 0x30;
const TWO_32 = 0x1_0000_0000;
/** A number of this many digits is below 2^53. */
const EXACT_DIGITS = 15;
/** 2^64 has 20 digits. */
const MAX_DIGITS = 20;
const MINUS = 0x2d;

export class DecimalReader {
  #buffer: Uint8Array = new Uint8Array(0);
  #end = 0;
  position = 0;
  ok = true;
  /** Halves of the last number read by {@link word}. */
  low = 0;
  high = 0;

  reset(buffer: Uint8Array, start: number, end: number): void {
    this.#buffer = buffer;
    this.position = start;
    this.#end = end;
    this.ok = true;
  }

  /** True at the end of the line. */
  get done(): boolean {
    return this.position >= this.#end;
  }

  /** Everything fitted, and nothing is left. */
  complete(): boolean {
    return this.ok && this.done;
  }

  /** Skips one byte that must be `code`. */
  expect(code: number): void {
    if (this.position < this.#end && this.#buffer[this.position] === code) this.position++;
    else this.ok = false;
  }

  /** The byte here, or -1 at the end. */
  peek(): number {
    return this.position < this.#end ? (this.#buffer[this.position] ?? -1) : -1;
  }

  /** Reads a 64-bit unsigned number into {@link low} and {@link high} (0 when it is none). A minus sign is two's complement. */
  word(): void {
    const buffer = this.#buffer;
    const end = this.#end;
    let position = this.position;
    const negative = position < end && buffer[position] === MINUS;
    if (negative) position++;
    const first = position;
    let value = 0;
    const exactEnd = Math.min(end, first + EXACT_DIGITS);
    while (position < exactEnd) {
      const digit = (buffer[position] ?? 0) - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      position++;
    }
    if (position === first) {
      this.ok = false;
      this.low = 0;
      this.high = 0;
      return;
    }
    let low = value >>> 0;
    let high = (value / TWO_32) >>> 0;
    if (position === first + EXACT_DIGITS) {
      while (position < end) {
        const digit = (buffer[position] ?? 0) - DIGIT_0;
        if (digit < 0 || digit > 9) break;
        if (position - first >= MAX_DIGITS) {
          this.ok = false;
          break;
        }
        const product = low * 10 + digit;
        low = product >>> 0;
        const upper = high * 10 + Math.floor(product / TWO_32);
        if (upper >= TWO_32) this.ok = false;
        high = upper >>> 0;
        position++;
      }
    }
    if (negative) {
      low = -low >>> 0;
      high = low === 0 ? -high >>> 0 : ~high >>> 0;
    }
    this.low = low;
    this.high = high;
    this.position = position;
  }

  /** The number as a double: exact below 2^53. */
  number(): number {
    this.word();
    return this.high * TWO_32 + this.low;
  }

  /** A blank, then a number. */
  field(): number {
    this.expect(0x20);
    return this.number();
  }
}
