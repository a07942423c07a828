// One method of a tree → two trees: everything it called, put together over all its callers, and everything that called it, nearest
// caller first. Recursion counts once: only the outermost call of a stack is looked at. Pure.

import { MergedTree } from './merged-tree.ts';
import type { WeighedTree } from './weights.ts';

/** Callers further away than this are not told apart: a stack may be a million frames deep. */
export const MAX_CALLER_LEVELS = 400;

export interface Sandwich {
  /** Node 1 is the method. */
  readonly callers: WeighedTree;
  readonly callees: WeighedTree;
}

export function sandwichOf(whole: WeighedTree, frame: number): Sandwich {
  const calls = outermostCalls(whole, frame);
  return { callers: callersOf(whole, calls), callees: calleesOf(whole, calls) };
}

function hasWeight({ weights, other }: WeighedTree, node: number): boolean {
  return (weights.total[node] ?? 0) > 0 || (other?.total[node] ?? 0) > 0;
}

function outermostCalls(whole: WeighedTree, frame: number): readonly number[] {
  const { tree } = whole;
  const calls: number[] = [];
  for (let node = 1; node < tree.frame.length;) {
    const isUsed = hasWeight(whole, node);
    const isCall = isUsed && tree.frame[node] === frame;
    if (isCall) calls.push(node);
    node = isCall || !isUsed ? (tree.end[node] ?? 0) : node + 1;
  }
  return calls;
}

function calleesOf(whole: WeighedTree, calls: readonly number[]): WeighedTree {
  const { tree, weights, other } = whole;
  const merged = new MergedTree(whole);
  for (const call of calls) {
    const placeAt: number[] = []; // by level below the call
    for (let node = call; node < (tree.end[call] ?? 0);) {
      if (!hasWeight(whole, node)) {
        node = tree.end[node] ?? 0;
        continue;
      }
      const depth = (tree.level[node] ?? 0) - (tree.level[call] ?? 0);
      const place = merged.child(depth === 0 ? -1 : (placeAt[depth - 1] ?? -1), node);
      placeAt[depth] = place;
      merged.add(place, weights.self[node] ?? 0, weights.approximateSelf[node] ?? 0, other?.self[node] ?? 0);
      node += 1;
    }
  }
  return merged.finish('as-they-came');
}

function callersOf(whole: WeighedTree, calls: readonly number[]): WeighedTree {
  const { tree, weights, other } = whole;
  const merged = new MergedTree(whole);
  for (const call of calls) {
    let place = -1;
    for (let at = call, depth = 0; at > 0 && depth <= MAX_CALLER_LEVELS; at = tree.parent[at] ?? 0, depth += 1)
      place = merged.child(place, at);
    merged.add(place, weights.total[call] ?? 0, weights.approximate[call] ?? 0, other?.total[call] ?? 0);
  }
  return merged.finish('as-they-came');
}
