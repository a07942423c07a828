// What was typed into the search field → which frames match, and what share of the samples has one of them. Looks at every name
// once, not at every node. Pure.

import type { Tree } from './tree.ts';

export type Query =
  | { readonly kind: 'none' }
  | { readonly kind: 'bad'; readonly problem: string }
  | {
      readonly kind: 'test';
      readonly test: (name: string) => boolean;
      /** What else may be meant when nothing matches; null: nothing. */
      readonly otherwise: ((name: string) => boolean) | null;
    };

/** What tells an expression from a name: `.` and `$` are in names of classes, brackets and `*` in those of C++. */
const OF_EXPRESSIONS = /[|^*+?[\]\\]|\$$/;

/**
 * Plain text is looked for as it is, in any case, `a.b.C.m` as people write names of Java and `a/b/C.m` as the VM does; `/…/` is a
 * regular expression. Text that no name has and that looks like an expression is one, too.
 */
export function parseQuery(typed: string): Query {
  const text = typed.trim();
  if (text === '') return { kind: 'none' };
  const pattern = /^\/(.+)\/$/.exec(text)?.[1];
  if (pattern !== undefined) {
    const expression = expressionOf(pattern);
    return 'problem' in expression ? { kind: 'bad', ...expression } : { kind: 'test', ...expression, otherwise: null };
  }
  const plain = (name: string): string => name.toLowerCase().replaceAll('/', '.');
  const wanted = plain(text);
  const other = OF_EXPRESSIONS.test(text) ? expressionOf(text) : null;
  return {
    kind: 'test',
    test: (name) => plain(name).includes(wanted),
    otherwise: other === null || 'problem' in other ? null : other.test,
  };
}

function expressionOf(pattern: string): { readonly problem: string } | { readonly test: (name: string) => boolean } {
  try {
    const expression = new RegExp(pattern, 'iu');
    return { test: (name) => expression.test(name) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
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
