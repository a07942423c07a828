// A profile → its methods by weight: self (samples that end in it) and total (samples that have it anywhere, recursion counted
// once). Frames of one name are one method, whatever compiled them and on whatever line they were. Pure.

import type { FrameKind } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import type { HotMethod } from '../model/summary.ts';
import { Children } from './children.ts';

/** The `top` methods with most self weight, then most total weight. Empty for a profile without weight. */
export function hottestMethods(profile: Profile, top: number): readonly HotMethod[] {
  const methods = new MethodTable(profile);
  const { prefix, frame } = profile.stacks;
  const inclusive = new Float64Array(prefix.length);
  let all = 0;
  profile.samples.stack.forEach((stack, sample) => {
    const weight = profile.samples.weight[sample] ?? 0;
    inclusive[stack] = (inclusive[stack] ?? 0) + weight;
    methods.addSelf(frame[stack] ?? -1, weight);
    all += weight;
  });
  // Parents come first, so going backwards a node's children are in it before it is added to its own parent.
  for (let node = prefix.length - 1; node >= 0; node--) {
    const parent = prefix[node] ?? -1;
    if (parent >= 0) inclusive[parent] = (inclusive[parent] ?? 0) + (inclusive[node] ?? 0);
  }
  const outermost = outermostNodes(profile, methods);
  for (let node = 0; node < prefix.length; node++) {
    if (outermost[node] === 1) methods.addTotal(frame[node] ?? -1, inclusive[node] ?? 0);
  }
  return all === 0 ? [] : methods.hottest(top, all);
}

/** Marks the nodes whose method stands nowhere among their callers: the totals of these alone make the method's total. */
function outermostNodes(profile: Profile, methods: MethodTable): Uint8Array {
  const { prefix, frame } = profile.stacks;
  const marks = new Uint8Array(prefix.length).fill(1);
  const children = new Children(prefix);
  // How often each method is on the path to the node visited: the tree is walked depth first.
  const onPath = new Uint32Array(methods.count);
  const work = [...children.of(-1)];
  while (work.length > 0) {
    const item = work.pop() ?? 0;
    const node = item >= 0 ? item : ~item; // a node's complement stands below its children: leave it
    const method = methods.of(frame[node] ?? -1);
    const depth = onPath[method] ?? 0;
    if (item < 0) {
      onPath[method] = depth - 1;
      continue;
    }
    if (depth > 0) marks[node] = 0;
    onPath[method] = depth + 1;
    work.push(~node);
    for (const child of children.of(node)) work.push(child);
  }
  return marks;
}

/** Frames of one name as one method. */
class MethodTable {
  readonly #names: string[] = [];
  readonly #methodOfFrame: readonly number[];
  readonly #self: Float64Array;
  readonly #total: Float64Array;
  /** Total weight by frame: decides which kind a method is shown as. */
  readonly #frameTotal: Float64Array;
  readonly #profile: Profile;

  constructor(profile: Profile) {
    this.#profile = profile;
    const indexes = new Map<string, number>();
    this.#methodOfFrame = profile.frames.frames.map((frame) => {
      let index = indexes.get(frame.name);
      if (index === undefined) {
        index = this.#names.push(frame.name) - 1;
        indexes.set(frame.name, index);
      }
      return index;
    });
    this.#self = new Float64Array(this.#names.length);
    this.#total = new Float64Array(this.#names.length);
    this.#frameTotal = new Float64Array(profile.frames.frames.length);
  }

  get count(): number {
    return this.#names.length;
  }

  of(frame: number): number {
    const method = this.#methodOfFrame[frame];
    if (method === undefined) throw new Error(`no frame ${frame} in the profile`);
    return method;
  }

  addSelf(frame: number, weight: number): void {
    this.#self[this.of(frame)] = (this.#self[this.of(frame)] ?? 0) + weight;
  }

  addTotal(frame: number, weight: number): void {
    this.#total[this.of(frame)] = (this.#total[this.of(frame)] ?? 0) + weight;
    this.#frameTotal[frame] = (this.#frameTotal[frame] ?? 0) + weight;
  }

  hottest(top: number, all: number): readonly HotMethod[] {
    const self = this.#self;
    const total = this.#total;
    const order = [...this.#names.keys()]
      .filter((method) => (total[method] ?? 0) > 0)
      .sort((a, b) => (self[b] ?? 0) - (self[a] ?? 0) || (total[b] ?? 0) - (total[a] ?? 0))
      .slice(0, top);
    const kinds = this.#kinds(new Set(order));
    return order.map((method) => ({
      name: this.#names[method] ?? '',
      kind: kinds.get(method) ?? 'marker',
      selfPercent: (100 * (self[method] ?? 0)) / all,
      totalPercent: (100 * (total[method] ?? 0)) / all,
    }));
  }

  #kinds(methods: ReadonlySet<number>): ReadonlyMap<number, FrameKind> {
    const best = new Map<number, { readonly kind: FrameKind; readonly weight: number }>();
    this.#profile.frames.frames.forEach((frame, index) => {
      const method = this.of(index);
      const weight = this.#frameTotal[index] ?? 0;
      if (methods.has(method) && weight >= (best.get(method)?.weight ?? 0)) best.set(method, { kind: frame.kind, weight });
    });
    return new Map([...best].map(([method, { kind }]) => [method, kind]));
  }
}
