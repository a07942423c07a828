// Rows of samples and what of them is wanted (threads, a range of time, a side) → the weight of every node.

import type { PageData } from '../outputs/page-data.ts';
import { nodeCount, type Tree } from './tree.ts';

/** What of the samples is shown. */
export interface Filter {
  /** By thread: 1 when it is shown; null: all are. */
  readonly threads: Uint8Array | null;
  /** Slices of time from `from` up to, not with, `to`; null: all. */
  readonly range: { readonly from: number; readonly to: number } | null;
}

export const NO_FILTER: Filter = { threads: null, range: null };

/** By node, in the profile's unit. */
export interface Weights {
  /** Of samples that end in the node. */
  readonly self: Float64Array;
  /** Of samples that have the node in their stack. */
  readonly total: Float64Array;
  /** What of `total` has an approximate stack. */
  readonly approximate: Float64Array;
  /** What of `self` has an approximate stack. */
  readonly approximateSelf: Float64Array;
}

/** A tree, its weights, and those it is compared with. */
export interface WeighedTree {
  readonly tree: Tree;
  readonly weights: Weights;
  readonly other: Weights | null;
}

/** `side`: as in the rows. */
export function weigh(tree: Tree, rows: PageData['rows'], filter: Filter, side: 0 | 1): Weights {
  const self = new Float64Array(nodeCount(tree));
  const approximateSelf = new Float64Array(nodeCount(tree));
  const from = filter.range?.from ?? 0;
  const to = filter.range?.to ?? Infinity;
  for (let row = 0; row < rows.node.length; row += 1) {
    const slice = rows.slice[row] ?? 0;
    if (slice < from || slice >= to || rows.side[row] !== side) continue;
    if (filter.threads !== null && filter.threads[rows.thread[row] ?? 0] !== 1) continue;
    const node = (rows.node[row] ?? 0) + 1;
    const weight = rows.weight[row] ?? 0;
    self[node] = (self[node] ?? 0) + weight;
    if (rows.quality[row] === 1) approximateSelf[node] = (approximateSelf[node] ?? 0) + weight;
  }
  return summed(tree, self, approximateSelf);
}

/** Totals of what ends in each node. */
export function summed(tree: Tree, self: Float64Array, approximateSelf: Float64Array): Weights {
  const [total, approximate] = [Float64Array.from(self), Float64Array.from(approximateSelf)];
  // Preorder: backwards a node is whole before it is added to its parent.
  for (let node = total.length - 1; node > 0; node -= 1) {
    const parent = tree.parent[node] ?? 0;
    total[parent] = (total[parent] ?? 0) + (total[node] ?? 0);
    approximate[parent] = (approximate[parent] ?? 0) + (approximate[node] ?? 0);
  }
  return { self, total, approximate, approximateSelf };
}
