// The maps of a program: whether they have keys, and what the program itself does to show or empty them.

import { isEndProbe } from './attach-point.ts';
import { codeTokens, wordAt } from './code-tokens.ts';
import type { CodeToken } from './code-tokens.ts';
import type { ScriptProgram } from './program-structure.ts';

export interface ProgramMap {
  /** With its `@`; the map without a name is `@`. */
  readonly name: string;
  /** It is used with a key somewhere. */
  readonly keyed: boolean;
  /** `print(@map)` of the whole, not of one entry: where the program runs, at its end, or both. */
  readonly printed: { readonly running: boolean; readonly atEnd: boolean };
  /** `clear` or `zero`. */
  readonly cleared: { readonly running: boolean; readonly atEnd: boolean };
}

/** Functions that take a map with keys only. `delete` does with a second argument, or else its argument has brackets. */
const FOR_KEYS = ['has_key', 'haskey'];

/** In the order in which they first stand in the program. */
export function mapsOf(program: ScriptProgram): ProgramMap[] {
  const maps = new Map<string, ProgramMap>();
  for (const token of codeTokens(program)) {
    if (token.kind !== 'map') continue;
    const before = maps.get(token.word) ?? unused(token.word);
    maps.set(token.word, withUse(before, program, token));
  }
  return [...maps.values()];
}

function unused(name: string): ProgramMap {
  const nowhere = { running: false, atEnd: false };
  return { name, keyed: false, printed: nowhere, cleared: nowhere };
}

function withUse(map: ProgramMap, program: ScriptProgram, token: CodeToken): ProgramMap {
  const next = wordAt(program, token.index + 1);
  if (next === '[') return { ...map, keyed: true };
  const isArgument = wordAt(program, token.index - 1) === '(';
  const called = isArgument ? wordAt(program, token.index - 2) : '';
  if (called === 'print') return { ...map, printed: also(map.printed, program, token) };
  if (called === 'clear' || called === 'zero') return { ...map, cleared: also(map.cleared, program, token) };
  const needsKeys = FOR_KEYS.includes(called) || (called === 'delete' && next === ',') || isLoopedOver(program, token.index);
  return needsKeys ? { ...map, keyed: true } : map;
}

/** `for ($entry : @map)` */
function isLoopedOver(program: ScriptProgram, index: number): boolean {
  return wordAt(program, index - 1) === ':' && wordAt(program, index - 3) === '(' && wordAt(program, index - 4) === 'for';
}

function also(before: ProgramMap['printed'], program: ScriptProgram, token: CodeToken): ProgramMap['printed'] {
  const points = token.probe === null ? [] : (program.probes[token.probe]?.attachPoints ?? []);
  const atEnd = points.length > 0 && points.every(isEndProbe);
  return atEnd ? { ...before, atEnd: true } : { ...before, running: true };
}
