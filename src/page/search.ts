// What was typed into the search field → which frames match, and what share of the samples has one of them. Looks at every name
// once, not at every node. Pure.

import type { Tree } from './tree.ts';

export type Query =
  | { readonly kind: 'none' }
  | { readonly kind: 'bad'; readonly problem: string }
  | { readonly kind: 'test'; readonly test: (name: string) => boolean };

/** Plain text is looked for as it is, in any case; `/…/` is a regular expression. */
export function parseQuery(typed: string): Query {
  const text = typed.trim();
  if (text === '') return { kind: 'none' };
  const pattern = /^\/(.+)\/$/.exec(text)?.[1];
  if (pattern === undefined) {
    const lower = text.toLowerCase();
    return { kind: 'test', test: (name) => name.toLowerCase().includes(lower) };
  }
  try {
    const expression = new RegExp(pattern, 'iu');
    return { kind: 'test', test: (name) => expression.test(name) };
  } catch (error) {
    return { kind: 'bad', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** By frame: 1 when its name matches. */
export function matchFrames(test: (name: string) => boolean, frameNames: readonly string[]): Uint8Array {
  const known = new Map<string, boolean>();
  return Uint8Array.from(frameNames, (name) => {
    let matches = known.get(name);
    if (matches === undefined) known.set(name, (matches = test(name)));
    return matches ? 1 : 0;
  });
}

/** Weight of samples below `focus` with a matching frame in them; a stack with two counts once. */
export function matchedWeight(tree: Tree, total: Float64Array, focus: number, matches: Uint8Array): number {
  let sum = 0;
  for (let node = focus; node < (tree.end[focus] ?? 0);) {
    const frame = tree.frame[node] ?? -1;
    const isMatch = frame >= 0 && matches[frame] === 1;
    if (isMatch) sum += total[node] ?? 0;
    node = isMatch || (total[node] ?? 0) === 0 ? (tree.end[node] ?? 0) : node + 1;
  }
  return sum;
}
