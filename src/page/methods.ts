// A tree with weights → its methods: self and total weight, recursion counted once. Pure.

import type { Tree } from './tree.ts';

export interface Method {
  /** Into the data's frames. */
  readonly frame: number;
  readonly self: number;
  readonly total: number;
  /** Kind of its heaviest node, into the data's kinds. */
  readonly kind: number;
}

export type MethodOrder = 'self' | 'total';

/** Methods with weight below `focus`, in no order. */
export function methodsOf(
  tree: Tree,
  { self, total }: { readonly self: Float64Array; readonly total: Float64Array },
  frames: number,
  focus: number,
): readonly Method[] {
  const selfOf = new Float64Array(frames);
  const totalOf = new Float64Array(frames);
  const heaviest = new Float64Array(frames);
  const kindOf = new Uint8Array(frames);
  // How often a frame is open on the path to the node looked at; a frame already open adds nothing to its total.
  const open = new Int32Array(frames);
  const path: number[] = [];
  for (let node = focus; node < (tree.end[focus] ?? 0); node += 1) {
    for (let top = path.at(-1); top !== undefined && (tree.end[top] ?? 0) <= node; top = path.at(-1)) {
      path.pop();
      const left = tree.frame[top] ?? 0;
      open[left] = (open[left] ?? 0) - 1;
    }
    const frame = tree.frame[node] ?? -1;
    const weight = total[node] ?? 0;
    if (frame < 0 || weight === 0) continue;
    selfOf[frame] = (selfOf[frame] ?? 0) + (self[node] ?? 0);
    if (open[frame] === 0) totalOf[frame] = (totalOf[frame] ?? 0) + weight;
    if (weight > (heaviest[frame] ?? 0)) {
      heaviest[frame] = weight;
      kindOf[frame] = tree.kind[node] ?? 0;
    }
    open[frame] = (open[frame] ?? 0) + 1;
    path.push(node);
  }
  const methods: Method[] = [];
  for (let frame = 0; frame < frames; frame += 1) {
    const weight = totalOf[frame] ?? 0;
    if (weight > 0) methods.push({ frame, self: selfOf[frame] ?? 0, total: weight, kind: kindOf[frame] ?? 0 });
  }
  return methods;
}

/** The first `most`, heaviest first. Not all are sorted: there may be a million. */
export function hottest(methods: readonly Method[], order: MethodOrder, most: number): readonly Method[] {
  const other = order === 'self' ? 'total' : 'self';
  const compare = (a: Method, b: Method): number => b[order] - a[order] || b[other] - a[other] || a.frame - b.frame;
  const best: Method[] = [];
  for (const method of methods) {
    const last = best.at(-1);
    if (best.length >= most && (last === undefined || compare(method, last) > 0)) continue;
    let [low, high] = [0, best.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = best[middle];
      if (at !== undefined && compare(method, at) > 0) low = middle + 1;
      else high = middle;
    }
    best.splice(low, 0, method);
    if (best.length > most) best.pop();
  }
  return best;
}
