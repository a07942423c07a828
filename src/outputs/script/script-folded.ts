// Maps keyed by a stack → folded stacks: `frame;frame;frame value`, oldest frame first, as all tools of the flame graph take them. The
// other parts of a key are the first frames; of several such maps each line begins with its map's name.

import { escapeForFolded } from '../escape-folded.ts';
import { kindSuffix } from '../folded.ts';
import { mapStacks, type StackLevel } from './map-stacks.ts';
import type { ScriptResult } from '../../model/script-result.ts';

/** Why there is nothing to fold; null: there is something. */
export function foldedProblem({ maps, mapFacts }: ScriptResult): string | null {
  if (maps.some((map) => mapStacks(map, mapFacts.get(map.name)) !== null)) return null;
  const names = maps.map(({ name }) => name);
  if (names.length === 0) return 'nothing to fold: the program left no map';
  const none = names.length === 1 ? `${names.join()} is not` : `none of ${names.join(', ')} is`;
  return `nothing to fold: ${none} keyed by a stack with values above 0`;
}

/** Lines without their end, each stack once, the largest first. Values are the map's: numbers, totals of stats, counts of histograms. */
export function* scriptFoldedLines({ maps, mapFacts }: ScriptResult, levelText = plainLevel): Generator<string> {
  const all = maps.flatMap((map) => mapStacks(map, mapFacts.get(map.name)) ?? []);
  const sums = new Map<string, bigint>();
  for (const { name, stacks } of all) {
    const first = all.length > 1 ? [escapeForFolded(name)] : [];
    for (const { levels, weight } of stacks) {
      const stack = [...first, ...levels.map((level) => levelText(level))].join(';');
      sums.set(stack, (sums.get(stack) ?? 0n) + weight);
    }
  }
  for (const [stack, sum] of sums) yield `${stack} ${String(sum)}`;
}

function plainLevel({ kind, name }: StackLevel): string {
  return `${escapeForFolded(name)}${kind === 'kernel' ? kindSuffix('kernel') : ''}`;
}

/** With the kind of each frame that jtrace has walked. */
export function annotatedLevel(level: StackLevel): string {
  const { walked, name } = level;
  return walked === null ? plainLevel(level) : `${escapeForFolded(name)}${kindSuffix(walked.kind)}`;
}
