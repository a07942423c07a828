// A Rust v0 name while it is read: the place in it, the text written so far, and the bounds of both.

import { MAX_DEMANGLED_CHARS, MAX_PARSE_DEPTH, MAX_PARSE_STEPS } from './limits.ts';

/** Not a v0 name, or beyond the limits. */
export class RustNameError extends Error {}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

export class RustState {
  text = '';
  readonly #name: string;
  #at = 0;
  #steps = 0;
  #depth = 0;
  #isSilent = false;

  /** `name`: without `_R`, and what stands behind the name. */
  constructor(name: string) {
    this.#name = name;
  }

  take(char: string): boolean {
    if (this.#name[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  next(): string {
    const char = this.#name[this.#at++];
    if (char === undefined) throw new RustNameError();
    return char;
  }

  identifier(): string {
    const isPunycode = this.take('u');
    const digits = /^(?:0|[1-9]\d{0,4})/.exec(this.#name.slice(this.#at, this.#at + 5))?.[0];
    if (digits === undefined) throw new RustNameError();
    this.#at += digits.length;
    this.take('_');
    const length = Number(digits);
    const text = this.#name.slice(this.#at, this.#at + length);
    if (text.length !== length) throw new RustNameError();
    this.#at += length;
    return isPunycode ? `punycode{${text}}` : text;
  }

  number62(): number {
    let value = 0;
    for (let isFirst = true; ; isFirst = false) {
      const char = this.next();
      if (char === '_') return isFirst ? 0 : value + 1;
      const digit = DIGITS.indexOf(char);
      if (digit < 0) throw new RustNameError();
      // Crates' disambiguators have 64 bits, and are not shown.
      value = Math.min(value * 62 + digit, Number.MAX_SAFE_INTEGER - 1);
    }
  }

  disambiguator(): number {
    return this.take('s') ? this.number62() + 1 : 0;
  }

  /** To an earlier place alone, so that it ends. */
  backReference(read: () => void): void {
    const start = this.#at - 1;
    const target = this.number62();
    if (target >= start) throw new RustNameError();
    if (this.#isSilent) return;
    const after = this.#at;
    this.#at = target;
    read();
    this.#at = after;
  }

  list(separator: string, item: () => void): number {
    let count = 0;
    for (; !this.take('E'); count += 1) {
      if (count > 0) this.put(separator);
      item();
    }
    return count;
  }

  silently(read: () => void): void {
    const before = this.#isSilent;
    this.#isSilent = true;
    read();
    this.#isSilent = before;
  }

  within(read: () => void): void {
    this.#steps += 1;
    this.#depth += 1;
    if (this.#steps > MAX_PARSE_STEPS || this.#depth > MAX_PARSE_DEPTH) throw new RustNameError();
    read();
    this.#depth -= 1;
  }

  put(text: string): void {
    if (this.#isSilent) return;
    this.text += text;
    if (this.text.length > MAX_DEMANGLED_CHARS) throw new RustNameError();
  }

  reopen(): void {
    if (!this.#isSilent) this.text = `${this.text.slice(0, -1)}, `;
  }

  /** The text up to the next `_`, which is skipped; null: there is none. */
  untilUnderscore(): string | null {
    const end = this.#name.indexOf('_', this.#at);
    if (end < 0) return null;
    const text = this.#name.slice(this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** One character back: it belongs to what is read next. */
  back(): void {
    this.#at -= 1;
  }
}
