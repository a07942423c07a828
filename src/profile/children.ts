// A tree in columns (parents first) → the children of each node, in two flat columns: a list for each of millions of nodes would take
// most of the memory of a report.

export class Children {
  /** By node + 1: its first child, and its next sibling; -1: none. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;

  constructor(prefix: readonly number[]) {
    this.#first = new Int32Array(prefix.length + 1).fill(-1);
    this.#next = new Int32Array(prefix.length + 1).fill(-1);
    // Backwards, so that siblings come out in their order.
    for (let node = prefix.length - 1; node >= 0; node -= 1) {
      const parent = (prefix[node] ?? -1) + 1;
      this.#next[node + 1] = this.#first[parent] ?? -1;
      this.#first[parent] = node;
    }
  }

  /** Children in order; -1: the roots. */
  of(parent: number): readonly number[] {
    const found: number[] = [];
    for (let node = this.#first[parent + 1] ?? -1; node >= 0; node = this.#next[node + 1] ?? -1) found.push(node);
    return found;
  }
}
