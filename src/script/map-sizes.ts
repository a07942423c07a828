// How many entries a program says that its maps hold, in its own words. What the environment says of all maps wins over its `config` block.

import { wordAt } from './code-tokens.ts';
import type { ScriptProgram } from './program-structure.ts';

/** In a `config` block; 0.23 and 0.27 take each. */
const MAP_SIZE_NAMES: ReadonlySet<string> = new Set(['max_map_keys', 'MAX_MAP_KEYS', 'BPFTRACE_MAX_MAP_KEYS']);

/** What the program's `config` block says that a map holds; null: nothing. */
export function configuredMapEntries(program: ScriptProgram): number | null {
  const at = program.tokens.findIndex(
    (_, index) => MAP_SIZE_NAMES.has(wordAt(program, index)) && wordAt(program, index + 1) === '=',
  );
  return at < 0 ? null : wholeNumber(wordAt(program, at + 2));
}

/** `1000`, `1_000`, `0x3e8`, `1000u`; null: none. */
function wholeNumber(word = ''): number | null {
  const value = Number(word.replaceAll('_', '').replace(/[uUlL]+$/u, ''));
  return /^\d/u.test(word) && Number.isSafeInteger(value) ? value : null;
}

/** `let @name = hash(10);`: what these maps hold, whatever is said of all. */
export function declaredMapEntries(program: ScriptProgram): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [index, { kind }] of program.tokens.entries()) {
    const [before, , equals, type = '', open, size] = [-1, 0, 1, 2, 3, 4].map((step) => wordAt(program, index + step));
    const entries = wholeNumber(size);
    if (kind !== 'map' || before !== 'let' || equals !== '=' || open !== '(' || entries === null) continue;
    // Those that give up old entries are never full.
    found.set(wordAt(program, index), type.includes('lru') ? Infinity : entries);
  }
  return found;
}
