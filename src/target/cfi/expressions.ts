// DWARF expressions of one library, each kept once: rules name them by number.

import { CfiError } from './byte-cursor.ts';
import { MAX_EXPRESSION_BYTES, MAX_EXPRESSIONS } from './limits.ts';

export class Expressions {
  readonly list: Uint8Array[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of an expression. Throws CfiError for one that nothing real has. */
  number(bytes: Uint8Array): number {
    if (bytes.length > MAX_EXPRESSION_BYTES) throw new CfiError('a long expression');
    const key = Buffer.from(bytes).toString('latin1');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.list.length >= MAX_EXPRESSIONS) throw new CfiError('too many expressions');
    this.list.push(bytes.slice());
    this.#numbers.set(key, this.list.length - 1);
    return this.list.length - 1;
  }
}
