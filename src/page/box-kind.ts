// A node → what kind of box it is. Markers are several: a gap in an otherwise whole stack must not look like a stack that broke off,
// and a thread's or package's label is no code at all.

import type { FrameKind, MarkerKind } from '../model/frame.ts';
import type { Model } from './model.ts';
import type { Tree } from './tree.ts';

export type BoxKind = Exclude<FrameKind, 'marker'> | MarkerKind | 'label' | 'all';

/** Of a node of any tree; node 0 is everything. */
export function boxKind(model: Model, tree: Tree, node: number): BoxKind {
  return node === 0 ? 'all' : frameBoxKind(model, tree.frame[node] ?? 0, tree.kind[node] ?? 0);
}

/** Of a frame that is of one kind. Both are positions in the data. */
export function frameBoxKind({ data }: Model, frame: number, kind: number): Exclude<BoxKind, 'all'> {
  const name = data.kinds[kind] ?? 'marker';
  return name === 'marker' ? (data.frames.marker[frame] ?? 'label') : name;
}
