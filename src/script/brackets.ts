// Which brackets of a program belong together, found once for all of it: whoever goes through a program steps over what stands in brackets,
// and programs are as deep as somebody likes.

import type { ScriptProgram } from './program-structure.ts';

const OPEN = ['[', '(', '{'];
const CLOSE = [']', ')', '}'];
const NONE = -1;

/** Places in `program.tokens`. Brackets of all kinds are one kind: what does not fit together is bpftrace's to refuse. */
export class Brackets {
  /** Of a bracket that opens: where it closes. */
  readonly #closings: Int32Array;
  readonly #closes: Uint8Array;
  /** Of each token: where what it stands in begins, a bracket or the `;` before its statement, and behind how many commas of that it stands. */
  readonly #begins: Int32Array;
  readonly #commas: Int32Array;

  constructor({ text, tokens }: ScriptProgram) {
    this.#closings = new Int32Array(tokens.length).fill(NONE);
    this.#closes = new Uint8Array(tokens.length);
    this.#begins = new Int32Array(tokens.length);
    this.#commas = new Int32Array(tokens.length);
    const open: { readonly bracket: number; begin: number; commas: number }[] = [];
    let current = { bracket: NONE, begin: NONE, commas: 0 };
    for (const [index, { start, end }] of tokens.entries()) {
      const word = end === start + 1 ? text.charAt(start) : '';
      if (CLOSE.includes(word)) {
        this.#closes[index] = 1;
        if (current.bracket !== NONE) this.#closings[current.bracket] = index;
        current = open.pop() ?? { bracket: NONE, begin: NONE, commas: 0 };
      }
      this.#begins[index] = current.begin;
      this.#commas[index] = current.commas;
      if (OPEN.includes(word)) {
        open.push(current);
        current = { bracket: index, begin: index, commas: 0 };
      } else if (word === ',') {
        current.commas += 1;
      } else if (word === ';') {
        current.begin = index;
        current.commas = 0;
      }
    }
  }

  /** Whether a bracket closes here. */
  closes(index: number): boolean {
    return this.#closes[index] === 1;
  }

  /** The next place at the same depth: behind a bracket's end, if one opens here; behind the last token, if that has none. */
  behind(index: number, isOpen: boolean): number {
    if (!isOpen) return index + 1;
    const close = this.#closings[index] ?? NONE;
    return close === NONE ? this.#closings.length : close + 1;
  }

  /** What a token stands in: where its bracket, brace or statement begins (-1: nothing), and behind how many commas. */
  around(index: number): { readonly at: number; readonly place: number } {
    return { at: this.#begins[index] ?? NONE, place: this.#commas[index] ?? 0 };
  }
}

const FOUND = new WeakMap<ScriptProgram, Brackets>();

/** Found when first asked for. */
export function bracketsOf(program: ScriptProgram): Brackets {
  const known = FOUND.get(program);
  if (known !== undefined) return known;
  const brackets = new Brackets(program);
  FOUND.set(program, brackets);
  return brackets;
}
