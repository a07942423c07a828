// Where the parts of something in brackets stand, in places of tokens: the key of a map, the arguments of a function, a tuple.

import { bracketsOf } from './brackets.ts';
import { wordAt } from './code-tokens.ts';
import type { ScriptProgram } from './program-structure.ts';

/** Places in `program.tokens`, `to` excluded. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

export interface Bracketed {
  readonly parts: readonly TokenRange[];
  /** Of the bracket that closes; behind the last token, if none does. */
  readonly end: number;
}

const OPEN = ['[', '(', '{'];

/** `open`: of the bracket. */
export function bracketed(program: ScriptProgram, open: number): Bracketed {
  const parts: TokenRange[] = [];
  const brackets = bracketsOf(program);
  let from = open + 1;
  for (let at = from; at < program.tokens.length;) {
    const word = wordAt(program, at);
    if (brackets.closes(at)) return { parts: at > from ? [...parts, { from, to: at }] : parts, end: at };
    if (word === ',') {
      parts.push({ from, to: at });
      from = at + 1;
    }
    at = brackets.behind(at, OPEN.includes(word));
  }
  return { parts, end: program.tokens.length };
}

/** From a place to the end of its statement, or of the brackets it stands in. */
export function restOfStatement(program: ScriptProgram, from: number): TokenRange {
  const brackets = bracketsOf(program);
  for (let at = from; at < program.tokens.length;) {
    const word = wordAt(program, at);
    if (brackets.closes(at) || word === ';') return { from, to: at };
    at = brackets.behind(at, OPEN.includes(word));
  }
  return { from, to: program.tokens.length };
}

/** The first place of a word outside of all brackets within; -1: there is none. */
export function outermost(program: ScriptProgram, { from, to }: TokenRange, wanted: string): number {
  const brackets = bracketsOf(program);
  for (let at = from; at < to;) {
    const word = wordAt(program, at);
    if (word === wanted) return at;
    at = brackets.behind(at, OPEN.includes(word));
  }
  return -1;
}
