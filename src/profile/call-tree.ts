// A profile → its call tree for people: frames that are called the same are one call, those below a share of all weight are counted
// and left out, and so is what lies too deep. Pure.

import type { CallTree, CallTreeNode, OmittedCalls } from '../model/call-tree.ts';
import type { Frame, FrameKind } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { StackColumns } from '../model/stack-columns.ts';
import { Children } from './children.ts';

export interface CallTreeOptions {
  /** How a frame is called. */
  readonly nameOf: (frame: Frame) => string;
  /** Calls with less of all weight are left out. */
  readonly minPercent: number;
  /** Calls shown below each other. */
  readonly maxDepth: number;
}

/** Calls by name, in columns; parents first. Row 0 stands above all roots. */
interface NamedCalls {
  readonly parent: readonly number[];
  readonly self: readonly number[];
  readonly name: (call: number) => string;
  readonly kind: (call: number) => FrameKind;
}

export function callTree(profile: Profile, options: CallTreeOptions): CallTree {
  const calls = namedCalls(profile, options.nameOf);
  const total = [...calls.self];
  for (let call = total.length - 1; call > 0; call -= 1) {
    const parent = calls.parent[call] ?? 0;
    total[parent] = (total[parent] ?? 0) + (total[call] ?? 0);
  }
  const children = new Children(calls.parent);
  const percent = (weight: number): number => (100 * weight) / (total[0] ?? 1);
  const below = (call: number, depth: number): [CallTreeNode[], OmittedCalls | null] => {
    const all = [...children.of(call)].sort((a, b) => (total[b] ?? 0) - (total[a] ?? 0) || a - b);
    const isDeep = depth >= options.maxDepth;
    const shown = isDeep ? [] : all.filter((child) => percent(total[child] ?? 0) >= options.minPercent);
    const omitted = all.slice(shown.length);
    const nodes = shown.map((child): CallTreeNode => {
      const [inner, rest] = below(child, depth + 1);
      return {
        name: calls.name(child),
        kind: calls.kind(child),
        totalPercent: percent(total[child] ?? 0),
        selfPercent: percent(calls.self[child] ?? 0),
        children: inner,
        omitted: rest,
      };
    });
    if (omitted.length === 0) return [nodes, null];
    const weight = omitted.reduce((sum, child) => sum + (total[child] ?? 0), 0);
    return [nodes, { count: omitted.length, percent: percent(weight), reason: isDeep ? 'deep' : 'small' }];
  };
  const [roots, omitted] = (total[0] ?? 0) > 0 ? below(0, 0) : [[], null];
  return { roots, omitted };
}

/** Puts together what is called the same by the same caller. */
function namedCalls({ frames, stacks, samples }: Profile, nameOf: (frame: Frame) => string): NamedCalls {
  const indexes = new Map<string, number>();
  const [names, kinds] = [[''], ['marker' as FrameKind]];
  const indexOfFrame = frames.frames.map((frame) => {
    const name = nameOf(frame);
    const known = indexes.get(name);
    if (known !== undefined) return known;
    indexes.set(name, names.length);
    kinds.push(frame.kind);
    return names.push(name) - 1;
  });
  const calls = new StackColumns();
  calls.child(-1, 0);
  const callOf = new Int32Array(stacks.prefix.length);
  for (let node = 0; node < callOf.length; node += 1) {
    const parent = callOf[stacks.prefix[node] ?? -1] ?? 0; // -1 is no place: row 0
    callOf[node] = calls.child(parent, indexOfFrame[stacks.frame[node] ?? -1] ?? 0);
  }
  const self = new Array<number>(calls.prefix.length).fill(0);
  samples.stack.forEach((stack, sample) => {
    const call = callOf[stack] ?? 0;
    self[call] = (self[call] ?? 0) + (samples.weight[sample] ?? 0);
  });
  return {
    parent: calls.prefix,
    self,
    name: (call) => names[calls.value[call] ?? 0] ?? '',
    kind: (call) => kinds[calls.value[call] ?? 0] ?? 'marker',
  };
}
