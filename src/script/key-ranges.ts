// Where the parts of something in brackets stand, in places of tokens: the key of a map, the arguments of a function, a tuple.

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
const CLOSE = [']', ')', '}'];

/** `open`: of the bracket. */
export function bracketed(program: ScriptProgram, open: number): Bracketed {
  const parts: TokenRange[] = [];
  let from = open + 1;
  for (let [at, depth] = [from, 0]; at < program.tokens.length; at += 1) {
    const word = wordAt(program, at);
    if (OPEN.includes(word)) depth += 1;
    else if (CLOSE.includes(word) && depth > 0) depth -= 1;
    else if (CLOSE.includes(word)) return { parts: at > from ? [...parts, { from, to: at }] : parts, end: at };
    else if (word === ',' && depth === 0) {
      parts.push({ from, to: at });
      from = at + 1;
    }
  }
  return { parts, end: program.tokens.length };
}

/** From a place to the end of its statement, or of the brackets it stands in. */
export function restOfStatement(program: ScriptProgram, from: number): TokenRange {
  for (let [at, depth] = [from, 0]; at < program.tokens.length; at += 1) {
    const word = wordAt(program, at);
    if (OPEN.includes(word)) depth += 1;
    else if (CLOSE.includes(word)) depth -= 1;
    if (depth < 0 || (depth === 0 && word === ';')) return { from, to: at };
  }
  return { from, to: program.tokens.length };
}

/** The first place of a word outside of all brackets within; -1: there is none. */
export function outermost(program: ScriptProgram, { from, to }: TokenRange, wanted: string): number {
  for (let [at, depth] = [from, 0]; at < to; at += 1) {
    const word = wordAt(program, at);
    if (depth === 0 && word === wanted) return at;
    if (OPEN.includes(word)) depth += 1;
    else if (CLOSE.includes(word)) depth -= 1;
  }
  return -1;
}
