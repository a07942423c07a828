// A line of bpftrace's JSON → a value, or null: never throws, whatever the bytes. Not JSON.parse: numbers are 64-bit, keys may come twice
// (two stacks that print alike) and in an order that counts, bytes are escaped in a way of their own, and what 0.17 prints bare
// (`{"@time": 09:20}`) is a word here. Depth is bounded; the size is its caller's affair.

import { unescapeJson } from './json-text.ts';

export type JsonValue =
  /** `true` is 1, `false` 0. */
  | { readonly kind: 'number'; readonly value: bigint }
  /** Not quoted: a word that is no number, e.g. a time, a fraction, `nan`, `null`. */
  | { readonly kind: 'text'; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: 'list'; readonly values: readonly JsonValue[] }
  | { readonly kind: 'object'; readonly fields: readonly JsonField[] };

export interface JsonField {
  readonly name: string;
  readonly value: JsonValue;
}

/** A record is 3 deep, its value a tuple of structs of arrays; deeper is damage, or malice. */
const MAX_DEPTH = 64;
/** -2^63 and 2^64 have 20 characters; longer is a word. */
const WHOLE_NUMBER = /^-?\d{1,20}$/;
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT, BLANK, TAB] = [0x5b, 0x5d, 0x7b, 0x7d, 0x20, 0x09];

/** Reads a whole line. null: it is no JSON, not even as bpftrace writes it. */
export function readJson(bytes: Uint8Array): JsonValue | null {
  const reader = new JsonReader(bytes);
  const value = reader.value(0);
  return value !== null && reader.isDone() ? value : null;
}

class JsonReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  isDone(): boolean {
    this.#skipBlanks();
    return this.#at >= this.#bytes.length;
  }

  value(depth: number): JsonValue | null {
    if (depth > MAX_DEPTH) return null;
    this.#skipBlanks();
    switch (this.#bytes[this.#at]) {
      case undefined:
        return null;
      case QUOTE: {
        const text = this.#text();
        return text === null ? null : { kind: 'text', text, isQuoted: true };
      }
      case OPEN_LIST:
        return this.#list(depth);
      case OPEN_OBJECT:
        return this.#object(depth);
      default:
        return this.#word();
    }
  }

  #list(depth: number): JsonValue | null {
    this.#at++;
    const values: JsonValue[] = [];
    if (this.#takes(CLOSE_LIST)) return { kind: 'list', values };
    do {
      const value = this.value(depth + 1);
      if (value === null) return null;
      values.push(value);
    } while (this.#takes(COMMA));
    return this.#takes(CLOSE_LIST) ? { kind: 'list', values } : null;
  }

  #object(depth: number): JsonValue | null {
    this.#at++;
    const fields: JsonField[] = [];
    if (this.#takes(CLOSE_OBJECT)) return { kind: 'object', fields };
    do {
      this.#skipBlanks();
      const name = this.#bytes[this.#at] === QUOTE ? this.#text() : null;
      if (name === null || !this.#takes(COLON)) return null;
      const value = this.value(depth + 1);
      if (value === null) return null;
      fields.push({ name, value });
    } while (this.#takes(COMMA));
    return this.#takes(CLOSE_OBJECT) ? { kind: 'object', fields } : null;
  }

  /** null: it has no end. */
  #text(): string | null {
    const start = this.#at + 1;
    for (let at = start; ;) {
      const quote = this.#bytes.indexOf(QUOTE, at);
      if (quote < 0) return null;
      let slashes = 0;
      while (quote - slashes > start && this.#bytes[quote - slashes - 1] === BACKSLASH) slashes++;
      if (slashes % 2 === 0) {
        this.#at = quote + 1;
        return unescapeJson(this.#bytes, start, quote);
      }
      at = quote + 1;
    }
  }

  /** Up to what ends it in JSON. */
  #word(): JsonValue | null {
    const start = this.#at;
    const bytes = this.#bytes;
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at];
      if (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT) break;
    }
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, this.#at - start)
      .toString('utf8')
      .trim();
    if (text === '') return null;
    if (WHOLE_NUMBER.test(text)) return { kind: 'number', value: BigInt(text) };
    if (text === 'true' || text === 'false') return { kind: 'number', value: text === 'true' ? 1n : 0n };
    return { kind: 'text', text, isQuoted: false };
  }

  #takes(byte: number): boolean {
    this.#skipBlanks();
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #skipBlanks(): void {
    while (this.#bytes[this.#at] === BLANK || this.#bytes[this.#at] === TAB) this.#at++;
  }
}
