// Tokens of a bpftrace program → its top level: what stands before the probes (includes, structs, config, functions), and the probes with their attach points, predicate
// and block. As the parsers of 0.17 to 0.27 divide it: a slash begins a predicate only after a space (or BEGIN, END), glued to an attach point it is part of that. Nothing
// here fails: what no bpftrace takes is left for bpftrace to say.

import { attachPoint } from './attach-point.ts';
import type { AttachPoint } from './attach-point.ts';
import { tokenize } from './tokenize.ts';
import type { Span, Token } from './tokenize.ts';

/** `start` at its first character, `end` behind its last. */
export interface Probe extends Span {
  readonly attachPoints: readonly AttachPoint[];
  /** From slash to slash, both included. */
  readonly predicate: Span | null;
  /** From brace to brace, both included; null: there is none. */
  readonly block: Span | null;
}

export interface Definition extends Span {
  /** `code`: the body of a function or macro, where probes' statements may stand. */
  readonly kind: 'code' | 'other';
}

export interface ScriptProgram {
  readonly text: string;
  /** Without space and comments. */
  readonly tokens: readonly Token[];
  readonly definitions: readonly Definition[];
  readonly probes: readonly Probe[];
  /** No block, string or comment lacks its end: what is put behind the program is not within it. */
  readonly complete: boolean;
}

/** `subprog` was the name of functions before 0.23. */
const CODE_WORDS = ['fn', 'macro', 'subprog'];
const DECLARATION_WORDS = ['struct', 'union', 'enum', 'typedef', 'import', 'let'];
const SPECIAL_PROBES = ['BEGIN', 'END', 'begin', 'end'];

export function parseScript(text: string): ScriptProgram {
  const all = tokenize(text);
  const tokens = all.filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  const cursor = new Cursor(text, tokens);
  const definitions: Definition[] = [];
  const probes: Probe[] = [];
  while (!cursor.atEnd()) {
    const definition = definitionAt(cursor);
    if (definition !== null) definitions.push(definition);
    else if (cursor.is(';') || cursor.is('}')) cursor.next();
    else probes.push(probeAt(cursor));
  }
  const complete = cursor.blocksAreClosed && !all.some(({ unterminated }) => unterminated);
  return { text, tokens, definitions, probes, complete };
}

/** The tokens, one after the other. */
class Cursor {
  readonly text: string;
  private readonly tokens: readonly Token[];
  private at = 0;
  /** Of the blocks skipped so far. */
  blocksAreClosed = true;

  constructor(text: string, tokens: readonly Token[]) {
    this.text = text;
    this.tokens = tokens;
  }

  atEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  /** Where the token lies that comes next, or one of those behind it. */
  span(ahead = 0): Span {
    return this.tokens[this.at + ahead] ?? { start: this.text.length, end: this.text.length };
  }

  kind(): Token['kind'] | null {
    return this.tokens[this.at]?.kind ?? null;
  }

  word(ahead = 0): string {
    const { start, end } = this.span(ahead);
    return this.text.slice(start, end);
  }

  is(word: string, ahead = 0): boolean {
    const { start, end } = this.span(ahead);
    return end - start === word.length && this.text.startsWith(word, start);
  }

  /** Behind the last token taken. */
  behind(): number {
    return this.tokens[this.at - 1]?.end ?? 0;
  }

  next(): void {
    this.at += 1;
  }

  /** Over a block, its inner ones with it: behind the brace that closes it, or at the end of the text. */
  skipBlock(): void {
    let depth = 0;
    do {
      if (this.is('{')) depth += 1;
      else if (this.is('}')) depth -= 1;
      this.next();
    } while (depth > 0 && !this.atEnd());
    if (depth > 0) this.blocksAreClosed = false;
  }

  skipTo(...words: readonly string[]): void {
    while (!this.atEnd() && !words.some((word) => this.is(word))) this.next();
  }
}

/** Anything that is no probe; null if a probe begins here. */
function definitionAt(cursor: Cursor): Definition | null {
  const { start } = cursor.span();
  if (cursor.kind() === 'directive') {
    cursor.next();
    return { kind: 'other', start, end: cursor.behind() };
  }
  if (cursor.kind() !== 'identifier') return null;
  const word = cursor.word();
  const isCode = CODE_WORDS.includes(word);
  const isConfig = word === 'config' && cursor.is('=', 1);
  if (!isCode && !isConfig && !DECLARATION_WORDS.includes(word)) return null;
  cursor.skipTo('{', ';');
  if (cursor.is('{')) cursor.skipBlock();
  // `struct A { … } name;`, `typedef struct { … } name;`
  if (word === 'typedef') cursor.skipTo(';');
  if (cursor.is(';')) cursor.next();
  return { kind: isCode ? 'code' : 'other', start, end: cursor.behind() };
}

function probeAt(cursor: Cursor): Probe {
  const { start } = cursor.span();
  const attachPoints = attachPointsAt(cursor);
  const predicate = cursor.is('/') ? predicateAt(cursor) : null;
  const blockStart = cursor.span().start;
  const hasBlock = cursor.is('{');
  if (hasBlock) cursor.skipBlock();
  const end = cursor.behind();
  return { start, end, attachPoints, predicate, block: hasBlock ? { start: blockStart, end } : null };
}

function attachPointsAt(cursor: Cursor): AttachPoint[] {
  const points: AttachPoint[] = [];
  let start: number | null = null;
  let words: string[] = [];
  const finish = (): void => {
    if (start !== null) points.push(attachPoint(cursor.text.slice(start, cursor.behind()), start, words.join('')));
    start = null;
    words = [];
  };
  for (; !cursor.atEnd() && !cursor.is('{'); cursor.next()) {
    if (cursor.is(',')) finish();
    else if (cursor.is('/') && beginsPredicate(cursor, start)) break;
    else {
      start ??= cursor.span().start;
      words.push(cursor.word());
    }
  }
  finish();
  return points;
}

function beginsPredicate(cursor: Cursor, start: number | null): boolean {
  if (start === null || cursor.span().start > cursor.behind()) return true;
  return SPECIAL_PROBES.includes(cursor.text.slice(start, cursor.behind()));
}

/** To the first slash with a block behind it; one that lacks it goes to the block. */
function predicateAt(cursor: Cursor): Span {
  const { start } = cursor.span();
  cursor.next();
  while (!cursor.atEnd() && !cursor.is('{') && !(cursor.is('/') && cursor.is('{', 1))) cursor.next();
  if (cursor.is('/')) cursor.next();
  return { start, end: cursor.behind() };
}
