// A tree of calls → the same samples turned round: first the method that each sample ended in, then who called it, and so on up to the
// oldest frame. What is hot is then on the first level, wherever it was called from, heaviest first. Pure.

import { MergedTree } from './merged-tree.ts';
import { MAX_CALLER_LEVELS } from './sandwich.ts';
import type { WeighedTree } from './weights.ts';

export function invertedOf(whole: WeighedTree): WeighedTree {
  const { tree, weights, other } = whole;
  const merged = new MergedTree(whole);
  for (let node = 1; node < tree.frame.length; node += 1) {
    const self = weights.self[node] ?? 0;
    const otherSelf = other?.self[node] ?? 0;
    if (self === 0 && otherSelf === 0) continue;
    let place = -1;
    for (let at = node, level = 0; at > 0 && level <= MAX_CALLER_LEVELS; at = tree.parent[at] ?? 0, level += 1)
      place = merged.child(place, at);
    merged.add(place, self, weights.approximateSelf[node] ?? 0, otherSelf);
  }
  return merged.finish('heaviest-first');
}
