// A tree with weights and the node zoomed to → the few nodes worth drawing: those wide enough to see, at most so many, at most so
// deep. A drawing of all of 300,000 frames takes 20 s, of the visible ones 0.2 s. Pure.

import type { Tree } from './tree.ts';

/** Narrower boxes cannot be hit with a pointer. */
export const MIN_WIDTH_PX = 1.5;
/** d3-flame-graph draws some 2,000 boxes in a tenth of a second. */
export const MAX_BOXES = 2000;
/** d3-flame-graph recurses by level (3,000 overflow), and 400 rows are more than 7,000 pixels. */
export const MAX_LEVELS = 400;
/** Callers above the node zoomed to; the path tells the rest. */
export const MAX_CALLERS = 30;

/** A box as d3-flame-graph takes it. */
export interface ViewNode {
  /** Node of the tree. */
  readonly n: number;
  /** Weight, in any unit. */
  readonly v: number;
  /** Children. */
  readonly c: ViewNode[];
  /** A caller of the node zoomed to. */
  readonly fade: boolean;
}

export interface View {
  readonly root: ViewNode;
  readonly focus: number;
  readonly boxes: number;
  /** Nodes with weight below the focus that are too narrow, or beyond the most boxes. */
  readonly hiddenNarrow: number;
  /** Levels below the focus that are not shown because the graph ends there. */
  readonly hiddenLevels: number;
  /** Callers of the focus that are not shown. */
  readonly hiddenCallers: number;
}

/** `base`: the node the graph begins with: 0, or the method of a sandwich. */
export function viewOf(tree: Tree, total: Float64Array, base: number, focus: number, widthPx: number): View {
  const { level, end } = tree;
  const top = level[focus] ?? 0;
  const least = ((total[focus] ?? 0) * MIN_WIDTH_PX) / Math.max(1, widthPx);
  const wide: number[] = [];
  let deepest = top;
  for (let node = focus + 1; node < (end[focus] ?? 0);) {
    const weight = total[node] ?? 0;
    const isWide = weight > 0 && weight >= least;
    if (isWide) deepest = Math.max(deepest, level[node] ?? 0);
    if (isWide && (level[node] ?? 0) - top <= MAX_LEVELS) wide.push(node);
    node = isWide ? node + 1 : (end[node] ?? 0);
  }
  const shown = widest(wide, total, MAX_BOXES);
  let withWeight = 0;
  for (let node = focus + 1; node < (end[focus] ?? 0); node += 1) if ((total[node] ?? 0) > 0) withWeight += 1;
  const { root, bottom, hiddenCallers } = callersOf(tree, total, base, focus);
  hang(tree, total, bottom, shown);
  return {
    root,
    focus,
    boxes: shown.length,
    hiddenNarrow: withWeight - shown.length,
    hiddenLevels: Math.max(0, deepest - top - MAX_LEVELS),
    hiddenCallers,
  };
}

/** The most heavy nodes in preorder, with all of a node's callers: a caller is as heavy, and of equals it comes first. */
function widest(nodes: readonly number[], total: Float64Array, most: number): readonly number[] {
  if (nodes.length <= most) return nodes;
  const weights = Float64Array.from(nodes, (node) => total[node] ?? 0).sort();
  const limit = weights[weights.length - most] ?? 0;
  let equals = most - nodes.reduce((sum, node) => sum + ((total[node] ?? 0) > limit ? 1 : 0), 0);
  return nodes.filter((node) => {
    const weight = total[node] ?? 0;
    if (weight > limit) return true;
    equals -= weight === limit ? 1 : 0;
    return weight === limit && equals >= 0;
  });
}

/** The chain from the base down to the focus: the base always, then the nearest callers. */
function callersOf(
  tree: Tree,
  total: Float64Array,
  base: number,
  focus: number,
): { root: ViewNode; bottom: ViewNode; hiddenCallers: number } {
  const chain: number[] = [];
  for (let at = focus; at > base && chain.length <= MAX_CALLERS; at = tree.parent[at] ?? 0) chain.push(at);
  const box = (node: number): ViewNode => ({ n: node, v: total[node] ?? 0, c: [], fade: node !== focus });
  const root = box(base);
  let bottom = root;
  for (const node of chain.reverse()) {
    const next = box(node);
    bottom.c.push(next);
    bottom = next;
  }
  return { root, bottom, hiddenCallers: Math.max(0, (tree.level[focus] ?? 0) - (tree.level[base] ?? 0) - chain.length) };
}

/** Hangs preorder nodes below `bottom`. */
function hang(tree: Tree, total: Float64Array, bottom: ViewNode, nodes: readonly number[]): void {
  const open: ViewNode[] = [bottom];
  for (const node of nodes) {
    while (open.length > 1 && open.at(-1)?.n !== tree.parent[node]) open.pop();
    const box: ViewNode = { n: node, v: total[node] ?? 0, c: [], fade: false };
    open.at(-1)?.c.push(box);
    open.push(box);
  }
}
