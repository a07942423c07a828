// The tokens of a program's statements and conditions, without its definitions of data and its attach points; and where one of bpftrace's names stands among them
// as itself: not as a field, not in a string.

import type { ScriptProgram } from './program-structure.ts';
import type { Span, Token } from './tokenize.ts';

/** A token of code, with its neighbours in the whole program. */
export interface CodeToken extends Token {
  readonly word: string;
  /** Place in `program.tokens`. */
  readonly index: number;
  /** Place in `program.probes`; null: in a function or macro. */
  readonly probe: number | null;
}

/** In the order of the text. */
export function* codeTokens(program: ScriptProgram): Generator<CodeToken> {
  const regions = codeRegions(program);
  let at = 0;
  for (const [index, token] of program.tokens.entries()) {
    while (at < regions.length && (regions[at]?.end ?? 0) <= token.start) at += 1;
    const region = regions[at];
    if (region === undefined) return;
    if (token.start < region.start) continue;
    // Field by field: a spread costs more than all the rest, and a program may be megabytes.
    const { kind, start, end, unterminated } = token;
    yield { kind, start, end, unterminated, index, probe: region.probe, word: program.text.slice(start, end) };
  }
}

/** Where the name stands for what bpftrace means by it: `cpid`, but not `$t->cpid`, `struct cpid`. */
export function* namesIn(program: ScriptProgram, name: string): Generator<CodeToken> {
  for (const token of codeTokens(program))
    if (token.kind === 'identifier' && token.word === name && !isPartOfAnother(program, token.index)) yield token;
}

/** The word of a token of the program, '' before its begin and behind its end. */
export function wordAt(program: ScriptProgram, index: number): string {
  const token = program.tokens[index];
  return token === undefined ? '' : program.text.slice(token.start, token.end);
}

/** What a parenthesis encloses; places in `program.tokens`. */
export interface Parentheses {
  readonly close: number;
  /** Its own, not of those within. */
  readonly commas: readonly number[];
}

/** Of each parenthesis that is closed, by its place among the tokens. All at once: they may stand in each other by the thousand. */
export function parenthesesOf(program: ScriptProgram): ReadonlyMap<number, Parentheses> {
  const found = new Map<number, Parentheses>();
  const open: { readonly at: number; readonly bracket: string; readonly commas: number[] }[] = [];
  for (const index of program.tokens.keys()) {
    const word = wordAt(program, index);
    if (word === '(' || word === '[') open.push({ at: index, bracket: word, commas: [] });
    else if (word === ',') open.at(-1)?.commas.push(index);
    else if (word === ')' || word === ']') {
      const last = open.pop();
      if (last?.bracket === '(') found.set(last.at, { close: index, commas: last.commas });
    }
  }
  return found;
}

/** Whether a name is a field's or a type's. */
export function isPartOfAnother(program: ScriptProgram, index: number): boolean {
  return ['.', '->', 'struct', 'union', 'enum'].includes(wordAt(program, index - 1));
}

interface Region extends Span {
  readonly probe: number | null;
}

function codeRegions(program: ScriptProgram): Region[] {
  const regions: Region[] = [];
  for (const { kind, start, end } of program.definitions) if (kind === 'code') regions.push({ start, end, probe: null });
  for (const [probe, { predicate, block }] of program.probes.entries())
    for (const span of [predicate, block]) if (span !== null) regions.push({ start: span.start, end: span.end, probe });
  return regions.sort((left, right) => left.start - right.start);
}
