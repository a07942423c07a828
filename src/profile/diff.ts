// Two recordings → their difference (model/diff-profile.ts): one tree that has the stacks of both, with A's weights scaled to B's total.
// Refuses profiles that measure different things, and those that measured nothing. Pure.

import type { DiffProfile } from '../model/diff-profile.ts';
import { OperatorError } from '../model/errors.ts';
import type { Frame, FrameKind } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import type { Recording } from '../model/recording.ts';
import { StackColumns } from '../model/stack-columns.ts';
import { alikeProfiles } from './diff-weights.ts';
import { requireOneEvent } from './one-event.ts';

/** Throws an OperatorError, which names them as `names` does, when the two cannot be compared. */
export function diffRecordings(
  a: Recording,
  b: Recording,
  names: readonly [string, string] = [a.facts.title, b.facts.title],
): DiffProfile {
  requireOneEvent([a, b], names);
  const { profiles: [profileA, profileB], problems } = alikeProfiles(a, b, names); // prettier-ignore
  const tree = new DiffTree();
  const selfA = tree.add(profileA);
  const selfB = tree.add(profileB);
  const [rawTotalA, total] = [sumOf(selfA), sumOf(selfB)];
  const empty = rawTotalA === 0 ? names[0] : total === 0 ? names[1] : null;
  if (empty !== null) {
    const message = `${empty} has no samples: there is nothing to compare`;
    throw new OperatorError('usage', message, 'record it again, for longer or under load');
  }
  const scaledA = filled(selfA, tree.nodes.prefix.length).map((weight) => (weight * total) / rawTotalA);
  const paddedB = filled(selfB, tree.nodes.prefix.length);
  return {
    frames: { frames: tree.framesOfMostWeight() },
    stacks: { prefix: tree.nodes.prefix, frame: tree.nodes.value },
    selfA: scaledA,
    selfB: paddedB,
    inclusiveA: inclusive(scaledA, tree.nodes.prefix),
    inclusiveB: inclusive(paddedB, tree.nodes.prefix),
    total,
    rawTotalA,
    weightUnit: profileB.weightUnit,
    titleA: a.facts.title,
    titleB: b.facts.title,
    problems,
  };
}

/** The same tree the other way: A and B change places, and the new A (B) is scaled to the new B's total. */
export function reverseDiff(diff: DiffProfile): DiffProfile {
  const factor = diff.rawTotalA / diff.total;
  const scale = (weights: readonly number[]): readonly number[] => weights.map((weight) => weight * factor);
  return {
    ...diff,
    selfA: scale(diff.selfB),
    selfB: scale(diff.selfA),
    inclusiveA: scale(diff.inclusiveB),
    inclusiveB: scale(diff.inclusiveA),
    total: diff.rawTotalA,
    rawTotalA: diff.total,
    titleA: diff.titleB,
    titleB: diff.titleA,
  };
}

/** The stacks of both profiles, parents first. */
class DiffTree {
  readonly nodes = new StackColumns();
  readonly #frames: Frame[] = [];
  readonly #frameIndexes = new Map<string, number>();
  /** By frame: the share of its profile's weight that each kind has, of both profiles. */
  readonly #kinds: Map<FrameKind, number>[] = [];

  /** Puts a profile's stacks in; gives its weight by node (holes: none). */
  add({ frames, stacks, samples }: Profile): readonly number[] {
    const frameOf = frames.frames.map((frame) => this.#frameIndex(frame));
    const nodeOf = new Int32Array(stacks.prefix.length);
    stacks.prefix.forEach((prefix, stack) => {
      nodeOf[stack] = this.nodes.child(prefix < 0 ? -1 : (nodeOf[prefix] ?? -1), frameOf[stacks.frame[stack] ?? -1] ?? 0);
    });
    const self: number[] = this.nodes.prefix.map(() => 0);
    const ofStack: number[] = stacks.prefix.map(() => 0);
    samples.stack.forEach((stack, sample) => {
      const [node, weight] = [nodeOf[stack] ?? 0, samples.weight[sample] ?? 0];
      self[node] = (self[node] ?? 0) + weight;
      ofStack[stack] = (ofStack[stack] ?? 0) + weight;
    });
    const all = sumOf(ofStack);
    inclusive(ofStack, stacks.prefix).forEach((weight, stack) => {
      const frame = stacks.frame[stack] ?? -1;
      const [kinds, kind] = [this.#kinds[frameOf[frame] ?? -1], frames.frames[frame]?.kind];
      if (kinds !== undefined && kind !== undefined) kinds.set(kind, (kinds.get(kind) ?? 0) + weight / Math.max(1, all));
    });
    return self;
  }

  /** One frame for each name, of the kind that it mostly was. */
  framesOfMostWeight(): readonly Frame[] {
    return this.#frames.map((frame, index) => {
      let [kind, most] = [frame.kind, 0];
      for (const [of, weight] of this.#kinds[index] ?? []) if (weight > most) [kind, most] = [of, weight];
      return { ...frame, kind };
    });
  }

  #frameIndex(frame: Frame): number {
    const key = `${frame.kind === 'kernel' ? 'k' : ''}\0${frame.name}`;
    const known = this.#frameIndexes.get(key);
    if (known !== undefined) return known;
    // Lines and bytecode indexes are one sample's; the frame stands for many.
    const index = this.#frames.push({ ...frame, line: 0, bci: -1, lineApproximate: false }) - 1;
    this.#kinds.push(new Map());
    this.#frameIndexes.set(key, index);
    return index;
  }
}

function filled(weights: readonly number[], length: number): readonly number[] {
  return Array.from({ length }, (_, node) => weights[node] ?? 0);
}

function sumOf(weights: readonly number[]): number {
  return weights.reduce((sum, weight) => sum + weight, 0);
}

/** Backwards: a node's children are in it before it is added to its own parent. */
function inclusive(self: readonly number[], prefix: readonly number[]): readonly number[] {
  const sums = [...self];
  for (let node = prefix.length - 1; node >= 0; node -= 1) {
    const parent = prefix[node] ?? -1;
    if (parent >= 0) sums[parent] = (sums[parent] ?? 0) + (sums[node] ?? 0);
  }
  return sums;
}
