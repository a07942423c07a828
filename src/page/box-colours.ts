// Attributes of drawn boxes that page.css gives colours: kind, shade, approximate, found, under the cursor, zoomed to, changed.

import { boxKind } from './box-kind.ts';
import { changeStep } from './change.ts';
import { setAttribute } from './dom.ts';
import type { Model } from './model.ts';
import type { WeighedTree } from './weights.ts';

/** Siblings of one kind are told apart by these. */
const SHADES = 3;

export interface BoxMarks {
  /** By frame: 1 when it is searched for; null: nothing is. */
  readonly matches: Uint8Array | null;
  /** Node under the cursor; null: none. */
  readonly cursor: number | null;
  /** Node zoomed to; null: none. */
  readonly zoomed: number | null;
}

export function colourBox(
  box: Element,
  node: number,
  model: Model,
  { tree, weights, other }: WeighedTree,
  marks: BoxMarks,
): void {
  const frame = tree.frame[node] ?? -1;
  setAttribute(box, 'data-kind', boxKind(model, tree, node));
  setAttribute(box, 'data-shade', String(Math.max(0, frame) % SHADES));
  setAttribute(box, 'data-near', 2 * (weights.approximate[node] ?? 0) > (weights.total[node] ?? 0) ? '' : null);
  setAttribute(box, 'data-match', frame >= 0 && marks.matches?.[frame] === 1 ? '' : null);
  setAttribute(box, 'data-cursor', node === marks.cursor ? '' : null);
  setAttribute(box, 'data-focus', node === marks.zoomed ? '' : null);
  setAttribute(box, 'data-change', other === null ? null : String(changeStep(weights, other, node)));
}
