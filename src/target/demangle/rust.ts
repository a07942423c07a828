// Mangled Rust names → names as people write them: `_R…` (v0, RFC 2603) and the older ones, which look like C++ with a hash at the end.
// Without hashes, crates' disambiguators and lifetimes; punycode stays as it is. Names are hostile: no input makes it throw, or take long.
// Source: https://doc.rust-lang.org/rustc/symbol-mangling/v0.html

import { MAX_DEMANGLED_CHARS, MAX_PARSE_DEPTH, MAX_PARSE_STEPS } from './limits.ts';

const BASIC_TYPES: Readonly<Record<string, string>> = {
  a: 'i8', b: 'bool', c: 'char', d: 'f64', e: 'str', f: 'f32', h: 'u8', i: 'isize', j: 'usize', l: 'i32', m: 'u32', n: 'i128', o: 'u128',
  p: '_', s: 'i16', t: 'u16', u: '()', v: '...', x: 'i64', y: 'u64', z: '!',
}; // prettier-ignore
const ESCAPES: Readonly<Record<string, string>> = {
  SP: '@', BP: '*', RF: '&', LT: '<', GT: '>', LP: '(', RP: ')', C: ',',
}; // prettier-ignore
/** Behind it the mark of a function that LLVM has moved. */
const LEGACY_HASH = /::h[0-9a-f]{16}(?: \[clone \.llvm\.\d+\])?$/;
/** What LLVM puts behind a name: `.llvm.123`, `.cold`. */
const SUFFIX = /\.[A-Za-z0-9.$_]*$/;
/** Numbers of type i128 have 32 digits; shown are those that fit in a word. */
const MAX_SHOWN_DIGITS = 16;

/** Text behind the name is not shown; null: it is none of v0. */
export function demangleRust(name: string): string | null {
  if (!name.startsWith('_R')) return null;
  try {
    const parser = new V0Parser(name.slice(2).replace(SUFFIX, ''));
    parser.path(true);
    return parser.text;
  } catch (error) {
    if (error instanceof RustNameError) return null;
    throw error;
  }
}

/** A demangled C++ name that is an older Rust name in truth: without its hash, its escapes as they were. Others stay. */
export function readLegacyRust(name: string): string {
  if (!LEGACY_HASH.test(name)) return name;
  return name
    .replace(LEGACY_HASH, '')
    .replace(/(^|::)_(?=\$)/g, '$1')
    .replace(/\$(u[0-9a-f]{1,6}|SP|BP|RF|LT|GT|LP|RP|C)\$/g, (all, code: string) => ESCAPES[code] ?? charOf(code.slice(1)) ?? all)
    .replaceAll('..', '::');
}

function charOf(hex: string): string | null {
  const code = Number.parseInt(hex, 16);
  return code >= 0x20 && code !== 0x7f && code <= 0x10_ffff && !(code >= 0xd800 && code < 0xe000)
    ? String.fromCodePoint(code)
    : null;
}

class RustNameError extends Error {}

class V0Parser {
  text = '';
  readonly #name: string;
  #at = 0;
  #steps = 0;
  #depth = 0;
  #isSilent = false;

  constructor(name: string) {
    this.#name = name;
  }

  /** `isValue`: generic arguments stand behind `::`. */
  path(isValue: boolean): void {
    this.#within(() => {
      const tag = this.#next();
      switch (tag) {
        case 'C':
          this.#disambiguator();
          this.#put(this.#identifier());
          return;
        case 'N':
          this.#nested(isValue);
          return;
        case 'M':
        case 'X':
          // Where the implementation stands is not what people call it by.
          this.#disambiguator();
          this.#silently(() => { this.path(false); }); // prettier-ignore
          this.#implementation(tag === 'X');
          return;
        case 'Y':
          this.#implementation(true);
          return;
        case 'I':
          this.path(isValue);
          this.#put(isValue ? '::<' : '<');
          this.#list(', ', () => { this.#genericArgument(); }); // prettier-ignore
          this.#put('>');
          return;
        case 'B':
          this.#backReference(() => { this.path(isValue); }); // prettier-ignore
          return;
        default:
          throw new RustNameError();
      }
    });
  }

  #implementation(hasTrait: boolean): void {
    this.#put('<');
    this.#type();
    if (hasTrait) {
      this.#put(' as ');
      this.path(false);
    }
    this.#put('>');
  }

  #nested(isValue: boolean): void {
    const space = this.#next();
    this.path(isValue);
    const number = this.#disambiguator();
    const name = this.#identifier();
    if (/[A-Z]/.test(space)) {
      const kind = space === 'C' ? 'closure' : space === 'S' ? 'shim' : space;
      this.#put(`::{${kind}${name === '' ? '' : `:${name}`}#${String(number)}}`);
    } else if (name !== '') this.#put(`::${name}`);
  }

  #genericArgument(): void {
    if (this.#take('L')) {
      this.#number62();
      this.#put("'_");
    } else if (this.#take('K')) this.#constant();
    else this.#type();
  }

  #type(): void {
    this.#within(() => {
      const tag = this.#next();
      const basic = BASIC_TYPES[tag];
      if (basic !== undefined) {
        this.#put(basic);
        return;
      }
      switch (tag) {
        case 'A':
        case 'S':
          this.#put('[');
          this.#type();
          if (tag === 'A') {
            this.#put('; ');
            this.#constant();
          }
          this.#put(']');
          return;
        case 'T': {
          this.#put('(');
          const count = this.#list(', ', () => { this.#type(); }); // prettier-ignore
          this.#put(count === 1 ? ',)' : ')');
          return;
        }
        case 'R':
        case 'Q':
          if (this.#take('L')) this.#number62();
          this.#put(tag === 'R' ? '&' : '&mut ');
          this.#type();
          return;
        case 'P':
        case 'O':
          this.#put(tag === 'P' ? '*const ' : '*mut ');
          this.#type();
          return;
        case 'F':
          this.#function();
          return;
        case 'D':
          this.#dyn();
          return;
        case 'B':
          this.#backReference(() => { this.#type(); }); // prettier-ignore
          return;
        default:
          this.#at -= 1;
          this.path(false);
      }
    });
  }

  #function(): void {
    if (this.#take('G')) this.#number62();
    if (this.#take('U')) this.#put('unsafe ');
    if (this.#take('K')) this.#put(`extern "${this.#take('C') ? 'C' : this.#identifier().replaceAll('_', '-')}" `);
    this.#put('fn(');
    this.#list(', ', () => { this.#type(); }); // prettier-ignore
    this.#put(')');
    if (this.#take('u')) return;
    this.#put(' -> ');
    this.#type();
  }

  #dyn(): void {
    if (this.#take('G')) this.#number62();
    this.#put('dyn ');
    this.#list(' + ', () => {
      this.path(false);
      let count = 0;
      for (; this.#take('p'); count += 1) {
        // Of a trait with arguments of its own they stand in the same brackets.
        if (count === 0 && this.text.endsWith('>')) this.#reopen();
        else this.#put(count === 0 ? '<' : ', ');
        this.#put(`${this.#identifier()} = `);
        this.#type();
      }
      if (count > 0) this.#put('>');
    });
    if (!this.#take('L')) throw new RustNameError();
    this.#number62();
  }

  #constant(): void {
    this.#within(() => {
      if (this.#take('B')) {
        this.#backReference(() => { this.#constant(); }); // prettier-ignore
        return;
      }
      const type = this.#next();
      if (type === 'p') {
        this.#put('_');
        return;
      }
      if (BASIC_TYPES[type] === undefined) throw new RustNameError();
      const sign = this.#take('n') ? '-' : '';
      const end = this.#name.indexOf('_', this.#at);
      const digits = end < 0 ? 'x' : this.#name.slice(this.#at, end);
      if (!/^[0-9a-f]*$/.test(digits)) throw new RustNameError();
      this.#at = end + 1;
      const value = digits.length > MAX_SHOWN_DIGITS ? `0x${digits}` : BigInt(`0x${digits === '' ? '0' : digits}`).toString();
      this.#put(type === 'b' ? String(digits === '1') : type === 'c' ? `'\\u{${digits}}'` : `${sign}${value}`);
    });
  }

  #list(separator: string, item: () => void): number {
    let count = 0;
    for (; !this.#take('E'); count += 1) {
      if (count > 0) this.#put(separator);
      item();
    }
    return count;
  }

  /** To an earlier place alone, so that it ends. */
  #backReference(read: () => void): void {
    const start = this.#at - 1;
    const target = this.#number62();
    if (target >= start) throw new RustNameError();
    if (this.#isSilent) return;
    const after = this.#at;
    this.#at = target;
    read();
    this.#at = after;
  }

  #disambiguator(): number {
    return this.#take('s') ? this.#number62() + 1 : 0;
  }

  #identifier(): string {
    const isPunycode = this.#take('u');
    const digits = /^(?:0|[1-9]\d{0,4})/.exec(this.#name.slice(this.#at, this.#at + 5))?.[0];
    if (digits === undefined) throw new RustNameError();
    this.#at += digits.length;
    this.#take('_');
    const length = Number(digits);
    const text = this.#name.slice(this.#at, this.#at + length);
    if (text.length !== length) throw new RustNameError();
    this.#at += length;
    return isPunycode ? `punycode{${text}}` : text;
  }

  #number62(): number {
    let value = 0;
    for (let isFirst = true; ; isFirst = false) {
      const char = this.#next();
      if (char === '_') return isFirst ? 0 : value + 1;
      const digit = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.indexOf(char);
      if (digit < 0) throw new RustNameError();
      // Crates' disambiguators have 64 bits, and are not shown.
      value = Math.min(value * 62 + digit, Number.MAX_SAFE_INTEGER - 1);
    }
  }

  #silently(read: () => void): void {
    const before = this.#isSilent;
    this.#isSilent = true;
    read();
    this.#isSilent = before;
  }

  #within(read: () => void): void {
    this.#steps += 1;
    this.#depth += 1;
    if (this.#steps > MAX_PARSE_STEPS || this.#depth > MAX_PARSE_DEPTH) throw new RustNameError();
    read();
    this.#depth -= 1;
  }

  #put(text: string): void {
    if (this.#isSilent) return;
    this.text += text;
    if (this.text.length > MAX_DEMANGLED_CHARS) throw new RustNameError();
  }

  #reopen(): void {
    if (!this.#isSilent) this.text = `${this.text.slice(0, -1)}, `;
  }

  #take(char: string): boolean {
    if (this.#name[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #next(): string {
    const char = this.#name[this.#at++];
    if (char === undefined) throw new RustNameError();
    return char;
  }
}
