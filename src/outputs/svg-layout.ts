// Merged stacks → the boxes of a picture: as wide as their share, those left out that nobody would see. Pure.

import type { MergedStacks } from './merged-stacks.ts';

/** Narrower is less than a third of a pixel. */
const MIN_WIDTH = 0.3;
/** Viewers give up on pictures of some 32,000 pixels. */
const MAX_ROWS = 2000;

export interface Layout {
  readonly total: readonly number[];
  readonly all: number;
  /** Children by name, under the node; roots under -1. */
  readonly childrenOf: ReadonlyMap<number, readonly number[]>;
}

/** Totals, and children in alphabetical order. */
export function layOut({ prefix, text, texts, self }: MergedStacks): Layout {
  const total = [...self];
  const childrenOf = new Map<number, number[]>();
  let all = 0;
  // Backwards: a node's children are in it before it is added to its own parent.
  for (let node = prefix.length - 1; node >= 0; node -= 1) {
    const parent = prefix[node] ?? -1;
    if (parent < 0) all += total[node] ?? 0;
    else total[parent] = (total[parent] ?? 0) + (total[node] ?? 0);
    const siblings = childrenOf.get(parent);
    if (siblings === undefined) childrenOf.set(parent, [node]);
    else siblings.push(node);
  }
  const nameOf = (node: number): string => texts[text[node] ?? -1] ?? '';
  for (const siblings of childrenOf.values()) siblings.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return { total, all, childrenOf };
}

export interface Box {
  readonly node: number;
  readonly x: number;
  readonly width: number;
  /** 0: the bottom. */
  readonly row: number;
}

/** Callers before what they call, left to right; `scale`: pixels of one unit of weight, `left`: where they begin. */
export function visibleBoxes({ total, childrenOf }: Layout, scale: number, left: number): readonly Box[] {
  const boxes: Box[] = [];
  const work: { readonly parent: number; readonly x: number; readonly row: number }[] = [{ parent: -1, x: left, row: 0 }];
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    let { x } = item;
    for (const node of childrenOf.get(item.parent) ?? []) {
      const width = (total[node] ?? 0) * scale;
      if (width >= MIN_WIDTH && item.row < MAX_ROWS) {
        boxes.push({ node, x, width, row: item.row });
        work.push({ parent: node, x, row: item.row + 1 });
      }
      x += width;
    }
  }
  return boxes;
}
