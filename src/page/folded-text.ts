// What is shown → folded stacks, one line per stack with weight of its own, as `jtrace profile -o x.folded` writes them. Pure.

import { type Model, nodeName } from './model.ts';
import { pathTo, type Tree } from './tree.ts';
import type { Weights } from './weights.ts';

/** A clipboard of more text than this helps nobody, and a deep tree has gigabytes of it. */
export const MAX_FOLDED_CHARACTERS = 32 << 20;

/** Lines of the stacks below `focus`, from the oldest frame. Stops at the limit, and says so with `isWhole`. */
export function foldedText(
  model: Model,
  tree: Tree,
  { self }: Weights,
  focus: number,
): { readonly text: string; readonly isWhole: boolean } {
  const lines: string[] = [];
  let characters = 0;
  for (let node = Math.max(1, focus); node < (tree.end[focus] ?? 0); node += 1) {
    const weight = self[node] ?? 0;
    if (weight === 0) continue;
    const path = pathTo(tree, node).map((at) => frameText(model, tree, at));
    const line = `${path.join(';')} ${String(weight)}\n`;
    characters += line.length;
    if (characters > MAX_FOLDED_CHARACTERS) return { text: lines.join(''), isWhole: false };
    lines.push(line);
  }
  return { text: lines.join(''), isWhole: true };
}

function frameText(model: Model, tree: Tree, node: number): string {
  const isKernel = model.data.kinds[tree.kind[node] ?? 0] === 'kernel';
  return `${nodeName(model, tree, node).replaceAll(';', ':')}${isKernel ? '_[k]' : ''}`;
}
