// Nodes of a tree put together by their frame under the parents of a new one. Pure.

import { type TreeColumns, treeOf } from './tree.ts';
import { summed, type WeighedTree } from './weights.ts';

/** Above any frame's index: a child is looked up by parent and frame as one number. */
const FRAME_SPAN = 0x400_0000;

/** Built by {@link child} and {@link add}, parents first; -1 stands above the first level. */
export class MergedTree {
  readonly #source: WeighedTree;
  readonly #parent: number[] = [];
  /** The heaviest node of the source that came together here: its kind is shown. */
  readonly #heaviest: number[] = [];
  readonly #kindsSeen: number[] = [];
  readonly #self: number[] = [];
  readonly #approximate: number[] = [];
  readonly #other: number[] = [];
  readonly #children = new Map<number, number>();

  constructor(source: WeighedTree) {
    this.#source = source;
  }

  /** The place below `parent` where the source's node belongs. */
  child(parent: number, node: number): number {
    const { tree, weights } = this.#source;
    const key = (parent + 1) * FRAME_SPAN + (tree.frame[node] ?? 0);
    let place = this.#children.get(key);
    if (place === undefined) {
      place = this.#parent.push(parent) - 1;
      this.#heaviest.push(node);
      this.#kindsSeen.push(0);
      this.#self.push(0);
      this.#approximate.push(0);
      this.#other.push(0);
      this.#children.set(key, place);
    }
    if ((weights.total[node] ?? 0) > (weights.total[this.#heaviest[place] ?? 0] ?? 0)) this.#heaviest[place] = node;
    this.#kindsSeen[place] = (this.#kindsSeen[place] ?? 0) | (tree.kindsSeen[node] ?? 0);
    return place;
  }

  /** Weights of samples that end here. */
  add(place: number, self: number, approximate: number, other: number): void {
    this.#self[place] = (this.#self[place] ?? 0) + self;
    this.#approximate[place] = (this.#approximate[place] ?? 0) + approximate;
    this.#other[place] = (this.#other[place] ?? 0) + other;
  }

  /** `siblings`: in which order they stand: as they came (the source has them by name), or heaviest first. */
  finish(siblings: 'as-they-came' | 'heaviest-first'): WeighedTree {
    const { order, level } = this.#preorder(
      siblings === 'heaviest-first' ? this.#byWeight() : this.#self.map((_, place) => place),
    );
    const source = this.#source.tree;
    const of = (column: ArrayLike<number>): number[] => order.map((place) => column[this.#heaviest[place] ?? 0] ?? 0);
    const none = order.map(() => 0);
    const columns: TreeColumns = {
      level,
      frame: of(source.frame),
      kind: of(source.kind),
      kindsSeen: order.map((place) => this.#kindsSeen[place] ?? 0),
      line: none, // of several places
      lineMark: none,
    };
    const tree = treeOf(columns);
    const column = (values: readonly number[]): Float64Array =>
      Float64Array.from([0, ...order.map((place) => values[place] ?? 0)]);
    const other = column(this.#other);
    return {
      tree,
      weights: summed(tree, column(this.#self), column(this.#approximate)),
      other: this.#source.other === null ? null : summed(tree, other, new Float64Array(other.length)),
    };
  }

  /** Places, heaviest first. */
  #byWeight(): readonly number[] {
    const total = Float64Array.from(this.#self);
    // Parents come first: backwards a place is whole before it is added to its parent.
    for (let place = total.length - 1; place >= 0; place -= 1) {
      const parent = this.#parent[place] ?? -1;
      if (parent >= 0) total[parent] = (total[parent] ?? 0) + (total[place] ?? 0);
    }
    return [...total.keys()].sort((a, b) => (total[b] ?? 0) - (total[a] ?? 0) || a - b);
  }

  /** `places`: all of them; siblings stand in this order. */
  #preorder(places: readonly number[]): { readonly order: readonly number[]; readonly level: readonly number[] } {
    const count = this.#parent.length;
    const first = new Int32Array(count + 1).fill(-1);
    const next = new Int32Array(count).fill(-1);
    const depth = this.#parent.map(() => 0);
    this.#parent.forEach((parent, place) => (depth[place] = parent < 0 ? 0 : (depth[parent] ?? 0) + 1));
    for (let at = count - 1; at >= 0; at -= 1) {
      const place = places[at] ?? 0;
      const slot = (this.#parent[place] ?? -1) + 1;
      next[place] = first[slot] ?? -1;
      first[slot] = place;
    }
    const order: number[] = [];
    const work: number[] = [first[0] ?? -1];
    while (work.length > 0) {
      const place = work.pop() ?? -1;
      if (place < 0) continue;
      order.push(place);
      work.push(next[place] ?? -1, first[place + 1] ?? -1);
    }
    return { order, level: order.map((place) => depth[place] ?? 0) };
  }
}
