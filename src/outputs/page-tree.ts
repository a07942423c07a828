// Stacks of one or two profiles → the page's tree: frames of one method are one node whatever compiled them, children sorted by
// name, preorder. Iterative: a stack may be a million frames deep. Frames that the options hide are left out.

import type { Frame, FrameKind, MarkerKind } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { escapeForTerminal } from './escape-terminal.ts';
import type { RenderOptions } from './format.ts';
import { ALL_HIDDEN, isHidden } from './hidden-frames.ts';
import { NodeVariants } from './node-variants.ts';
import type { PageData } from './page-data.ts';

export const PAGE_KINDS: readonly FrameKind[] = [
  'interpreted', 'c1', 'c2', 'inlined', 'java-native', 'stub', 'native', 'vm', 'kernel', 'marker',
] satisfies readonly FrameKind[]; // prettier-ignore

/** Longer than any real method's name with its package; the page holds every name once. */
const MAX_NAME_CHARACTERS = 1000;
/** Java in whatever form is one method. The rest are told apart: a stub and a function may share a name. */
const JAVA_KINDS: ReadonlySet<FrameKind> = new Set<FrameKind>(['interpreted', 'c1', 'c2', 'inlined', 'java-native']);
/** Above any frame's index: 2^26 frames would need gigabytes. */
const FRAME_SPAN = 0x400_0000;

export class PageTree {
  readonly texts: string[] = [''];
  readonly frames = { name: [] as number[], library: [] as number[], marker: [] as (MarkerKind | null)[] };
  readonly #textIndex = new Map<string, number>([['', 0]]);
  readonly #frameIndex = new Map<string, number>();
  /** Nodes as they come: parents first, -1 for a root's. */
  readonly #parent: number[] = [];
  readonly #frame: number[] = [];
  readonly #children = new Map<number, number>();
  readonly #variants = new NodeVariants();
  readonly #options: RenderOptions;

  constructor(options: RenderOptions) {
    this.#options = options;
  }

  /** Adds a profile's samples. The node of each sample's leaf, as numbered before {@link finish}. */
  add(profile: Profile): Int32Array {
    const frames = profile.frames.frames.map((frame) => (isHidden(frame, this.#options) ? -1 : this.#addFrame(frame)));
    const leaves = new Int32Array(profile.samples.stack.length);
    for (const [root, samples] of this.#groups(profile)) this.#addGroup(profile, frames, root, samples, leaves);
    return leaves;
  }

  /** Samples by the node they stand below: -1, or their thread's. */
  #groups(profile: Profile): ReadonlyMap<number, readonly number[]> {
    const { thread } = profile.samples;
    if (!this.#options.byThread) return new Map([[-1, thread.map((_, sample) => sample)]]);
    const roots = profile.threads.map(({ name, tid }) => this.#child(-1, this.#addLabel(`[${name} tid=${String(tid)}]`, null)));
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
      leaves[sample] = node === root ? this.#child(root, this.#addLabel(ALL_HIDDEN, 'native-gap')) : node;
    }
  }

  #addFrame(frame: Frame): number {
    const line = this.#options.lines && frame.line > 0 ? `:${frame.lineApproximate ? '~' : ''}${String(frame.line)}` : '';
    const group = JAVA_KINDS.has(frame.kind) ? 'java' : frame.kind;
    return this.#internFrame(`${frame.name}${line}`, frame.library, frame.marker, group);
  }

  #addLabel(name: string, marker: MarkerKind | null): number {
    return this.#internFrame(name, '', marker, 'label');
  }

  #internFrame(name: string, library: string, marker: MarkerKind | null, group: string): number {
    const [nameIndex, libraryIndex] = [this.#text(name), this.#text(library)];
    const key = `${String(nameIndex)} ${String(libraryIndex)} ${marker ?? ''} ${group}`;
    let index = this.#frameIndex.get(key);
    if (index === undefined) {
      index = this.frames.name.push(nameIndex) - 1;
      this.frames.library.push(libraryIndex);
      this.frames.marker.push(marker);
      this.#frameIndex.set(key, index);
    }
    return index;
  }

  #text(value: string): number {
    const shown = escapeForTerminal(value, MAX_NAME_CHARACTERS);
    let index = this.#textIndex.get(shown);
    if (index === undefined) {
      index = this.texts.push(shown) - 1;
      this.#textIndex.set(shown, index);
    }
    return index;
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
    const count = this.#parent.length;
    const [first, next] = this.#linkSiblings();
    const place = new Int32Array(count);
    const level: number[] = [];
    const order: number[] = [];
    for (let node = first[0] ?? -1, depth = 0; node >= 0;) {
      place[node] = order.push(node) - 1;
      level.push(depth);
      let following = first[node + 1] ?? -1;
      if (following >= 0) depth += 1;
      for (let at = node; following < 0 && at >= 0;) {
        following = next[at] ?? -1;
        if (following >= 0) break;
        at = this.#parent[at] ?? -1;
        depth -= 1;
      }
      node = following;
    }
    const frame = order.map((node) => this.#frame[node] ?? 0);
    return { nodes: { level, frame, ...this.#variants.columns(order, PAGE_KINDS) }, place };
  }

  /** First child by parent + 1, and next sibling, in order of names. */
  #linkSiblings(): readonly [Int32Array, Int32Array] {
    const count = this.#parent.length;
    const name = (frame: number): string => this.texts[this.frames.name[frame] ?? 0] ?? '';
    const rank = new Int32Array(this.frames.name.length);
    [...rank.keys()]
      .sort((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : a - b))
      .forEach((frame, position) => (rank[frame] = position));
    // Nodes by rank, by counting: comparing 300,000 of them takes longer than all the rest.
    const starts = new Int32Array(rank.length + 1);
    const rankOf = (node: number): number => rank[this.#frame[node] ?? 0] ?? 0;
    for (let node = 0; node < count; node += 1) starts[rankOf(node) + 1] = (starts[rankOf(node) + 1] ?? 0) + 1;
    for (let at = 1; at < starts.length; at += 1) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
    const sorted = new Int32Array(count);
    for (let node = 0; node < count; node += 1) {
      const start = starts[rankOf(node)] ?? 0;
      sorted[start] = node;
      starts[rankOf(node)] = start + 1;
    }
    const first = new Int32Array(count + 1).fill(-1);
    const next = new Int32Array(count).fill(-1);
    // Last name first, each before those that were there.
    for (const node of sorted.reverse()) {
      const slot = (this.#parent[node] ?? -1) + 1;
      next[node] = first[slot] ?? -1;
      first[slot] = node;
    }
    return [first, next];
  }
}
