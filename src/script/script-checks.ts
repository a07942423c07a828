// What a program must not do without --unsafe: change the machine (`system`, `signal`, `override`), or kill the JVM it looks at (uretprobes.ts).

import { codeTokens, isPartOfAnother, wordAt } from './code-tokens.ts';
import type { CodeToken } from './code-tokens.ts';
import type { ScriptPosition } from '../model/script.ts';
import type { ScriptProgram } from './program-structure.ts';
import { SourceLines } from './source-lines.ts';
import { deadlyUretprobes } from './uretprobes.ts';

export type ScriptFinding =
  /** bpftrace itself refuses it without --unsafe. */
  | { readonly kind: 'unsafe-call'; readonly position: ScriptPosition; readonly name: string }
  /** bpftrace takes it, and the JVM dies. */
  | {
      readonly kind: 'deadly-uretprobe';
      readonly position: ScriptPosition;
      /** The attach point as the user wrote it. */
      readonly attachPoint: string;
      /** The function, or the wildcard; '' if it names none. */
      readonly name: string;
      readonly reason: string;
    };

/** bpftrace's own list (0.17 to 0.27), and the name its kernel function has. */
const UNSAFE_CALLS = ['system', 'signal', 'signal_thread', 'override', 'override_return'];
/** Words with a parenthesis behind them that call nothing. */
const NOT_CALLED = ['if', 'while', 'for', 'unroll', 'return', 'else', 'sizeof', 'offsetof', 'in'];
const HEADERS = ['fn', 'macro', 'subprog'];

/** In the order of the text. `isLibjvm` is asked for every path that does not look like a libjvm by itself: a link may lead to one. */
export function checkScript(program: ScriptProgram, isLibjvm: (path: string) => boolean): ScriptFinding[] {
  const lines = new SourceLines(program.text);
  const found: { start: number; finding: ScriptFinding }[] = [];
  for (const { start, word: name } of callsOf(program))
    if (UNSAFE_CALLS.includes(name))
      found.push({ start, finding: { kind: 'unsafe-call', position: lines.positionAt(start), name } });
  for (const { start, ...deadly } of deadlyUretprobes(program, isLibjvm))
    found.push({ start, finding: { kind: 'deadly-uretprobe', position: lines.positionAt(start), ...deadly } });
  return found.sort((left, right) => left.start - right.start).map(({ finding }) => finding);
}

/** The functions and macros that are called, one token for each call. */
export function* callsOf(program: ScriptProgram): Generator<CodeToken> {
  for (const token of codeTokens(program)) {
    if (token.kind !== 'identifier' || NOT_CALLED.includes(token.word) || wordAt(program, token.index + 1) !== '(') continue;
    if (isPartOfAnother(program, token.index) || HEADERS.includes(wordAt(program, token.index - 1))) continue;
    yield token;
  }
}
