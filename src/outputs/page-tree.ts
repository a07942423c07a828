// Stacks of one or two profiles → the page's tree: frames of one method are one node whatever compiled them, children sorted by
// name, preorder. Iterative: a stack may be a million frames deep. Frames that the options hide are left out.

import type { FrameKind } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import type { RenderOptions } from './format.ts';
import { ALL_HIDDEN, isHidden } from './hidden-frames.ts';
import { NodeVariants } from './node-variants.ts';
import type { PageData } from './page-data.ts';
import { PageFrames } from './page-frames.ts';
import { preorderOf } from './preorder.ts';

export const PAGE_KINDS: readonly FrameKind[] = [
  'interpreted', 'c1', 'c2', 'inlined', 'java-native', 'stub', 'native', 'vm', 'kernel', 'marker',
] satisfies readonly FrameKind[]; // prettier-ignore

/** Above any frame's index: 2^26 frames would need gigabytes. */
const FRAME_SPAN = 0x400_0000;

export class PageTree {
  readonly frames: PageFrames;
  /** Nodes as they come: parents first, -1 for a root's. */
  readonly #parent: number[] = [];
  readonly #frame: number[] = [];
  readonly #children = new Map<number, number>();
  readonly #variants = new NodeVariants();
  readonly #options: RenderOptions;

  constructor(options: RenderOptions) {
    this.#options = options;
    this.frames = new PageFrames(options.lines);
  }

  /** Adds a profile's samples. The node of each sample's leaf, as numbered before {@link finish}. */
  add(profile: Profile): Int32Array {
    const frames = profile.frames.frames.map((frame) => (isHidden(frame, this.#options) ? -1 : this.frames.add(frame)));
    const leaves = new Int32Array(profile.samples.stack.length);
    for (const [root, samples] of this.#groups(profile)) this.#addGroup(profile, frames, root, samples, leaves);
    return leaves;
  }

  /** Samples by the node they stand below: -1, or their thread's. */
  #groups(profile: Profile): ReadonlyMap<number, readonly number[]> {
    const { thread } = profile.samples;
    if (!this.#options.byThread) return new Map([[-1, thread.map((_, sample) => sample)]]);
    const roots = profile.threads.map(({ name, tid }) =>
      this.#child(-1, this.frames.addLabel(Number(tid) === 0 ? `[${name}]` : `[${name} tid=${String(tid)}]`, null)),
    );
    const groups = new Map<number, number[]>();
    thread.forEach((index, sample) => {
      const root = roots[index] ?? -1;
      const group = groups.get(root);
      if (group === undefined) groups.set(root, [sample]);
      else group.push(sample);
    });
    return groups;
  }

  #addGroup(profile: Profile, frames: readonly number[], root: number, samples: readonly number[], leaves: Int32Array): void {
    const { prefix, frame: frameOf } = profile.stacks;
    const weights = new Float64Array(prefix.length);
    const used = new Uint8Array(prefix.length);
    for (const sample of samples) {
      const stack = profile.samples.stack[sample] ?? 0;
      weights[stack] = (weights[stack] ?? 0) + (profile.samples.weight[sample] ?? 0);
      used[stack] = 1;
    }
    for (let stack = prefix.length - 1; stack >= 0; stack -= 1) {
      const parent = prefix[stack] ?? -1;
      if (parent < 0 || used[stack] === 0) continue;
      weights[parent] = (weights[parent] ?? 0) + (weights[stack] ?? 0);
      used[parent] = 1;
    }
    const nodeOf = new Int32Array(prefix.length);
    for (let stack = 0; stack < prefix.length; stack += 1) {
      if (used[stack] === 0) continue;
      const parent = prefix[stack] ?? -1;
      const above = parent < 0 ? root : (nodeOf[parent] ?? root);
      const index = frameOf[stack] ?? -1;
      const frame = frames[index] ?? -1;
      const source = profile.frames.frames[index];
      nodeOf[stack] = frame < 0 ? above : this.#child(above, frame);
      if (frame >= 0 && source !== undefined) this.#variants.add(nodeOf[stack] ?? 0, source, weights[stack] ?? 0);
    }
    for (const sample of samples) {
      const node = nodeOf[profile.samples.stack[sample] ?? 0] ?? -1;
      // Nothing of the stack is shown: the sample still is.
      leaves[sample] = node === root ? this.#child(root, this.frames.addLabel(ALL_HIDDEN, 'native-gap')) : node;
    }
  }

  #child(parent: number, frame: number): number {
    const key = (parent + 1) * FRAME_SPAN + frame;
    let node = this.#children.get(key);
    if (node === undefined) {
      node = this.#parent.push(parent) - 1;
      this.#frame.push(frame);
      this.#children.set(key, node);
    }
    return node;
  }

  /** The tree in preorder, and where each node stands in it. */
  finish(): { readonly nodes: PageData['nodes']; readonly place: Int32Array } {
    const ranks = this.frames.ranks();
    const { order, level, place } = preorderOf(this.#parent, (node) => ranks[this.#frame[node] ?? 0] ?? 0, ranks.length);
    const frame = order.map((node) => this.#frame[node] ?? 0);
    return { nodes: { level, frame, ...this.#variants.columns(order, PAGE_KINDS) }, place };
  }
}
