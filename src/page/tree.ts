// The tree of calls in typed columns, preorder: node 0 stands for everything, a node's subtree are the nodes from it to its `end`.
// The same form holds the whole profile and what the sandwich makes of it.

import type { PageData } from '../outputs/page-data.ts';

export interface Tree {
  /** Into the data's frames; -1: node 0. */
  readonly frame: Int32Array;
  /** -1: node 0. */
  readonly parent: Int32Array;
  readonly level: Int32Array;
  /** One past the last node of the subtree. */
  readonly end: Int32Array;
  /** Into the data's kinds. */
  readonly kind: Uint8Array;
  readonly kindsSeen: Uint16Array;
  /** 0: not known. */
  readonly line: Int32Array;
  readonly lineMark: Uint8Array;
}

export type TreeColumns = PageData['nodes'];

/** Columns with levels from 0 → a tree with a node for everything in front: node i of the columns is node i + 1 of the tree. */
export function treeOf(columns: TreeColumns): Tree {
  const count = columns.level.length + 1;
  const tree = {
    frame: new Int32Array(count),
    parent: new Int32Array(count).fill(-1),
    level: new Int32Array(count),
    end: new Int32Array(count),
    kind: new Uint8Array(count),
    kindsSeen: new Uint16Array(count),
    line: new Int32Array(count),
    lineMark: new Uint8Array(count),
  };
  tree.frame[0] = -1;
  tree.frame.set(columns.frame, 1);
  tree.kind.set(columns.kind, 1);
  tree.kindsSeen.set(columns.kindsSeen, 1);
  tree.line.set(columns.line, 1);
  tree.lineMark.set(columns.lineMark, 1);
  // The node open at each level; a node of level l ends those open at l and above.
  const open: number[] = [0];
  for (let node = 1; node < count; node += 1) {
    const level = (columns.level[node - 1] ?? 0) + 1;
    while (open.length > level) tree.end[open.pop() ?? 0] = node;
    tree.parent[node] = open[level - 1] ?? 0;
    tree.level[node] = level;
    open.push(node);
  }
  for (const node of open) tree.end[node] = count;
  return tree;
}

export function nodeCount(tree: Tree): number {
  return tree.frame.length;
}

/** From the oldest frame to the node; without node 0. */
export function pathTo(tree: Tree, node: number): readonly number[] {
  const path: number[] = [];
  for (let at = node; at > 0; at = tree.parent[at] ?? 0) path.push(at);
  return path.reverse();
}
