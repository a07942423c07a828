// The page's data, made ready to ask: the tree, names by frame, and weights by filter.

import type { PageData } from '../outputs/page-data.ts';
import { type Tree, treeOf } from './tree.ts';
import { type Filter, weigh, type WeighedTree } from './weights.ts';

export interface Model {
  readonly data: PageData;
  readonly tree: Tree;
  /** By frame. */
  readonly names: readonly string[];
  /** By frame: path, stub's name or module; '' for Java. */
  readonly libraries: readonly string[];
}

export function modelOf(data: PageData): Model {
  const text = (index: number): string => data.texts[index] ?? '';
  return {
    data,
    tree: treeOf(data.nodes),
    names: data.frames.name.map(text),
    libraries: data.frames.library.map(text),
  };
}

/** `side`: which of two compared profiles the widths are of; the other is what they are compared with. */
export function weighed({ data, tree }: Model, filter: Filter, side: 0 | 1): WeighedTree {
  const weights = weigh(tree, data.rows, filter, side);
  return { tree, weights, other: data.differential === null ? null : weigh(tree, data.rows, filter, side === 0 ? 1 : 0) };
}

/** Name of a node; node 0 is everything. */
export function nodeName({ names }: Model, tree: Tree, node: number): string {
  return node === 0 ? 'all' : (names[tree.frame[node] ?? 0] ?? '');
}
