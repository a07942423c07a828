// What the program's text says of its maps that bpftrace's output does not: what the parts of their keys are, and how their values come about.

import type { FactsOfMaps, MapFacts } from '../model/script-result.ts';
import type { Aggregation } from './aggregation.ts';
import { isEndProbe } from './attach-point.ts';
import type { CodeToken } from './code-tokens.ts';
import { codeTokens, wordAt } from './code-tokens.ts';
import { bracketed } from './key-ranges.ts';
import { mapUnit } from './map-units.ts';
import { mapsOf } from './program-maps.ts';
import type { ScriptProgram } from './program-structure.ts';
import { stackFlow } from './stack-flow.ts';
import type { Span } from './tokenize.ts';
import { kindOf, shapeOfKind } from './value-shape.ts';

export type { Aggregation } from './aggregation.ts';

const AGGREGATIONS: readonly string[] = ['count', 'sum', 'avg', 'min', 'max', 'stats', 'hist', 'lhist'];

const EMPTYING: readonly string[] = ['clear', 'zero', 'delete'];
const STEPS: readonly string[] = ['++', '--'];
const ADDING: readonly string[] = ['+', '-'];
/** Before `=`, with which they are one. */
const CHANGING: readonly string[] = ['*', '/', '%', '&', '|', '^', '<<', '>>'];
/** Bind less tightly than a sum. */
const LOOSE: readonly string[] = ['?', '<', '>', '<=', '>=', '==', '!=', '&&', '||', '&', '|', '^', '<<', '>>'];

/** By the map's name; a map whose keys differ in length from use to use is left out. */
export function factsOfMaps(program: ScriptProgram): FactsOfMaps {
  const facts = new Map<string, MapFacts>();
  const unclear = new Set<string>();
  const { keys } = stackFlow(program);
  for (const token of codeTokens(program)) {
    if (token.kind !== 'map' || wordAt(program, token.index + 1) !== '[') continue;
    const { length } = bracketed(program, token.index + 1).parts;
    const before = facts.get(token.word)?.key;
    if (before != null && before.length !== length) unclear.add(token.word);
    const shapes = keys.get(token.word) ?? Array.from({ length }, () => shapeOfKind('value'));
    facts.set(token.word, { key: shapes.map(kindOf), unit: '' });
  }
  for (const { name, keyed } of mapsOf(program)) if (!keyed) facts.set(name, { key: [], unit: '' });
  for (const name of unclear) facts.delete(name);
  for (const [name, { kind, argument }] of aggregationsOf(program)) {
    const known = facts.get(name);
    if (known !== undefined) facts.set(name, { ...known, unit: mapUnit(name, kind, argument) });
  }
  return facts;
}

/** How each map is filled, with what (the last time), and where the function's name stands that does it. */
export function aggregationsOf(
  program: ScriptProgram,
): ReadonlyMap<string, { readonly kind: Aggregation; readonly argument: string; readonly at: readonly Span[] }> {
  const found = new Map<string, { kind: Aggregation | null; argument: string; at: Span[] }>();
  for (const token of codeTokens(program)) {
    if (token.kind !== 'map') continue;
    const assigned = assignedAt(program, token);
    const before = found.get(token.word) ?? { kind: null, argument: '', at: [] };
    if (assigned === null) found.set(token.word, before);
    else {
      // Filled in more than one way: of two values nobody can tell what they would be as one.
      const kind = before.kind === null || before.kind === assigned.kind ? assigned.kind : 'value';
      if (assigned.span !== null) before.at.push(assigned.span);
      found.set(token.word, { kind, argument: assigned.argument, at: before.at });
    }
  }
  return new Map([...found].map(([name, { kind, argument, at }]) => [name, { kind: kind ?? 'value', argument, at }]));
}

/** Maps that the program fills and empties, and prints at its end, whole: it does nothing else with them. */
export function unreadMaps(program: ScriptProgram): ReadonlySet<string> {
  const unread = new Set<string>();
  const read = new Set<string>();
  for (const token of codeTokens(program)) {
    if (token.kind !== 'map') continue;
    const isUnread = assignedAt(program, token) !== null || isEmptied(program, token) || isPrintedAtEnd(program, token);
    (isUnread ? unread : read).add(token.word);
  }
  for (const name of read) unread.delete(name);
  return unread;
}

/** `clear(@x)`, `delete(@x[…])`, `delete(@x, …)` */
function isEmptied(program: ScriptProgram, { index }: CodeToken): boolean {
  return wordAt(program, index - 1) === '(' && EMPTYING.includes(wordAt(program, index - 2));
}

/** `print(@x)`, and nothing else of `print`'s. */
function isPrintedAtEnd(program: ScriptProgram, { index, probe }: CodeToken): boolean {
  const points = probe === null ? [] : (program.probes[probe]?.attachPoints ?? []);
  const isPrinted = [-2, -1, 1].map((at) => wordAt(program, index + at)).join(' ') === 'print ( )';
  return isPrinted && points.length > 0 && points.every(isEndProbe);
}

interface Assigned {
  readonly kind: Aggregation;
  readonly argument: string;
  /** Of the function's name; null: it is none. */
  readonly span: Span | null;
}

/** What a statement does to a map that is named here: `@x[…] = count(…)`, `@x[…]++`; null: nothing. */
function assignedAt(program: ScriptProgram, { index }: CodeToken): Assigned | null {
  const after = behindKey(program, index);
  const [sign, next] = [wordAt(program, after), wordAt(program, after + 1)];
  const other = (kind: Aggregation): Assigned => ({ kind, argument: '', span: null });
  if (STEPS.includes(sign) || STEPS.includes(wordAt(program, index - 1))) return other('added');
  if (ADDING.includes(sign) && next === '=') return other('added');
  if (CHANGING.includes(sign) && next === '=') return other('value');
  if (sign !== '=') return null;
  const token = program.tokens[after + 1];
  if (token !== undefined && AGGREGATIONS.includes(next) && wordAt(program, after + 2) === '(')
    return { kind: next as Aggregation, argument: argumentAt(program, after + 2), span: { start: token.start, end: token.end } };
  return other(isAddition(program, index, after) ? 'added' : 'value');
}

/** `@x[k] = @x[k] + …`, the same key, nothing that binds less tightly, and nothing else of the map. */
function isAddition(program: ScriptProgram, index: number, sign: number): boolean {
  const length = sign - index;
  for (let at = 0; at < length; at += 1) if (wordAt(program, index + at) !== wordAt(program, sign + 1 + at)) return false;
  if (!ADDING.includes(wordAt(program, sign + 1 + length))) return false;
  for (let at = sign + 2 + length; at < program.tokens.length; at += 1) {
    const word = wordAt(program, at);
    if (word === ';' || word === '}') return true;
    if (LOOSE.includes(word) || word === wordAt(program, index)) return false;
  }
  return false;
}

/** Behind a map and its key, if it has one. */
function behindKey(program: ScriptProgram, index: number): number {
  return wordAt(program, index + 1) === '[' ? bracketed(program, index + 1).end + 1 : index + 1;
}

/** The text between the parenthesis at `open` and its own. */
function argumentAt(program: ScriptProgram, open: number): string {
  const { end } = bracketed(program, open);
  return end < program.tokens.length ? program.text.slice(program.tokens[open]?.end, program.tokens[end]?.start) : '';
}
