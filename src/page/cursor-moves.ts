// Arrow keys over the boxes of a view: to the caller, to the widest callee, to the box beside. Pure.

import type { View, ViewNode } from './view.ts';

export type Move = 'caller' | 'callee' | 'before' | 'after';

/** The node moved to; the same when there is none that way. A cursor that is not in the view begins at its top. */
export function moveCursor({ root }: View, cursor: number | null, move: Move): number {
  const parents = new Map<number, ViewNode>();
  const boxes = new Map<number, ViewNode>([[root.n, root]]);
  const work = [root];
  for (let box = work.pop(); box !== undefined; box = work.pop()) {
    for (const child of box.c) {
      parents.set(child.n, box);
      boxes.set(child.n, child);
      work.push(child);
    }
  }
  const at = cursor === null ? undefined : boxes.get(cursor);
  if (at === undefined) return root.n;
  const parent = parents.get(at.n);
  switch (move) {
    case 'caller':
      return parent?.n ?? at.n;
    case 'callee':
      return (
        at.c.reduce((widest: ViewNode | null, child) => (widest === null || child.v > widest.v ? child : widest), null)?.n ?? at.n
      );
    case 'before':
    case 'after': {
      const siblings = parent?.c ?? [];
      return siblings[siblings.indexOf(at) + (move === 'after' ? 1 : -1)]?.n ?? at.n;
    }
    default:
      return move satisfies never;
  }
}
