// Profile → its stacks as they are shown: frames as texts, hidden ones left out, stacks that read the same put together. A tree in
// columns, parents first, with the weight that ends in each node: what folded text and static pictures are written from without
// ever holding the text of a whole stack. Pure.

import type { Frame, FrameKind } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { StackColumns } from '../model/stack-columns.ts';
import { escapeForFolded } from './escape-folded.ts';
import type { RenderOptions } from './format.ts';
import { ALL_HIDDEN, HIDDEN_FRAME, isHidden } from './hidden-frames.ts';

export interface MergedStacks {
  /** Distinct texts of frames; nodes refer to them. */
  readonly texts: readonly string[];
  /** Of the first frame of each text; null: a thread. */
  readonly kinds: readonly (FrameKind | null)[];
  /** `prefix[i] < i`, -1 for a root. */
  readonly prefix: readonly number[];
  /** Index into `texts`. */
  readonly text: readonly number[];
  /** What ends in the node, in units of the profile. */
  readonly self: readonly number[];
  /** Nodes in which a sample ends, in order of their first. */
  readonly leaves: readonly number[];
}

/** How a thread is written as a frame. One of which nothing is known is not written; virtual threads have no number. */
export function threadText(name: string, tid: number): string {
  return `[${escapeForFolded(name)}${tid === 0 ? '' : ` tid=${String(tid)}`}]`;
}

/** `textOf` gives a visible frame's text, in one line; '' leaves it out. */
export function mergeStacks(profile: Profile, options: RenderOptions, textOf: (frame: Frame) => string): MergedStacks {
  const tree = new TextTree();
  const textOfFrame = profile.frames.frames.map((frame) => {
    const text = isHidden(frame, options) ? '' : textOf(frame);
    return text === '' ? -1 : tree.textIndex(text, frame.kind);
  });
  const roots = profile.threads.map(({ name, tid }) =>
    name === '' && Number(tid) === 0 ? -1 : tree.textIndex(threadText(name, tid), null),
  );
  /** Pairs of thread (0: none is shown) and stack, and the node of each. */
  const pairs = new StackColumns();
  const nodeOf: number[] = [];
  /** Nodes of stacks without a thread; -2: not made yet. */
  const plain = options.byThread ? null : new Int32Array(profile.stacks.prefix.length).fill(-2);
  const resolve = (leaf: number, root: number): number => {
    const path: number[] = [];
    let at = leaf;
    for (; at >= 0 && (plain?.[at] ?? -2) === -2; at = profile.stacks.prefix[at] ?? -1) path.push(at);
    let node = at < 0 ? root : (plain?.[at] ?? root);
    for (const index of path.reverse()) {
      const text = textOfFrame[profile.stacks.frame[index] ?? -1] ?? -1;
      if (text >= 0) node = tree.child(node, text);
      if (plain !== null) plain[index] = node;
    }
    return node;
  };
  const { stack, thread, weight } = profile.samples;
  for (let i = 0; i < stack.length; i += 1) {
    const leaf = stack[i] ?? -1;
    const pair = pairs.child(plain === null ? (thread[i] ?? 0) : 0, leaf);
    let node = nodeOf[pair];
    if (node === undefined) {
      const text = roots[thread[i] ?? -1] ?? -1;
      const root = plain === null && text >= 0 ? tree.child(-1, text) : -1;
      const found = resolve(leaf, root);
      node = found === root ? tree.child(root, tree.textIndex(ALL_HIDDEN, HIDDEN_FRAME.kind)) : found;
      nodeOf[pair] = node;
    }
    tree.add(node, weight[i] ?? 0);
  }
  return tree;
}

class TextTree implements MergedStacks {
  readonly texts: string[] = [];
  readonly kinds: (FrameKind | null)[] = [];
  readonly self: number[] = [];
  readonly leaves: number[] = [];
  readonly #nodes = new StackColumns();
  readonly #isLeaf: boolean[] = [];
  readonly #indexes = new Map<string, number>();

  get prefix(): readonly number[] {
    return this.#nodes.prefix;
  }

  get text(): readonly number[] {
    return this.#nodes.value;
  }

  textIndex(text: string, kind: FrameKind | null): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    const index = this.texts.push(text) - 1;
    this.kinds.push(kind);
    this.#indexes.set(text, index);
    return index;
  }

  child(prefix: number, text: number): number {
    const node = this.#nodes.child(prefix, text);
    if (node === this.self.length) {
      this.self.push(0);
      this.#isLeaf.push(false);
    }
    return node;
  }

  add(node: number, weight: number): void {
    if (this.#isLeaf[node] === false) {
      this.#isLeaf[node] = true;
      this.leaves.push(node);
    }
    this.self[node] = (this.self[node] ?? 0) + weight;
  }
}
