// A tree in columns, parents first, that finds a node by its parent and its value: what profiles, merged stacks and differences are
// built in. A hash table of its own: a Map with pairs as keys takes three times as long, and ends at 2^24 entries.

const FIRST_SLOTS = 1 << 10;
/** Odd numbers with bits all over (of xxHash). */
const [MIX_PREFIX, MIX_VALUE, MIX_ALL] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d];

export class StackColumns {
  /** -1 for a root. */
  readonly prefix: number[] = [];
  /** What the node is of its parent: a frame, a text. */
  readonly value: number[] = [];
  /** Nodes, -1 where there is none; a power of two, at most half full. */
  #slots = new Int32Array(FIRST_SLOTS).fill(-1);
  /** Names come from a target that may not choose which nodes collide. */
  readonly #seed = Math.floor(Math.random() * 2 ** 31);

  /** The node, or null. */
  known(prefix: number, value: number): number | null {
    const node = this.#slots[this.#slotOf(prefix, value)] ?? -1;
    return node < 0 ? null : node;
  }

  /** The node, made when there is none. */
  child(prefix: number, value: number): number {
    const slot = this.#slotOf(prefix, value);
    const known = this.#slots[slot] ?? -1;
    if (known >= 0) return known;
    const node = this.prefix.push(prefix) - 1;
    this.value.push(value);
    this.#slots[slot] = node;
    if (2 * this.prefix.length > this.#slots.length) this.#grow();
    return node;
  }

  /** Where the node is, or would be. */
  #slotOf(prefix: number, value: number): number {
    const mask = this.#slots.length - 1;
    let hash = Math.imul(prefix ^ this.#seed, MIX_PREFIX) + Math.imul(value, MIX_VALUE);
    hash = Math.imul(hash ^ (hash >>> 15), MIX_ALL);
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const node = this.#slots[slot] ?? -1;
      if (node < 0 || (this.prefix[node] === prefix && this.value[node] === value)) return slot;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(4 * this.#slots.length).fill(-1);
    for (let node = 0; node < this.prefix.length; node += 1) {
      this.#slots[this.#slotOf(this.prefix[node] ?? -1, this.value[node] ?? -1)] = node;
    }
  }
}
