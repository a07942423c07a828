// A profile → its call tree for people: frames that are called the same are one call, those below a share of all weight are counted
// and left out, and so is what lies too deep. Pure.

import type { CallTree, CallTreeNode, OmittedCalls } from '../model/call-tree.ts';
import type { Frame, FrameKind } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';

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
  readonly parent: number[];
  readonly name: string[];
  readonly kind: FrameKind[];
  readonly self: number[];
}

export function callTree(profile: Profile, options: CallTreeOptions): CallTree {
  const calls = namedCalls(profile, options.nameOf);
  const total = [...calls.self];
  const children = new Map<number, number[]>();
  for (let call = total.length - 1; call > 0; call -= 1) {
    const parent = calls.parent[call] ?? 0;
    total[parent] = (total[parent] ?? 0) + (total[call] ?? 0);
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [call]);
    else siblings.push(call);
  }
  const percent = (weight: number): number => (100 * weight) / (total[0] ?? 1);
  const below = (call: number, depth: number): [CallTreeNode[], OmittedCalls | null] => {
    const all = (children.get(call) ?? []).sort((a, b) => (total[b] ?? 0) - (total[a] ?? 0) || a - b);
    const isDeep = depth >= options.maxDepth;
    const shown = isDeep ? [] : all.filter((child) => percent(total[child] ?? 0) >= options.minPercent);
    const omitted = all.slice(shown.length);
    const nodes = shown.map((child): CallTreeNode => {
      const [inner, rest] = below(child, depth + 1);
      return {
        name: calls.name[child] ?? '',
        kind: calls.kind[child] ?? 'marker',
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
function namedCalls(profile: Profile, nameOf: (frame: Frame) => string): NamedCalls {
  const calls: NamedCalls = { parent: [-1], name: [''], kind: ['marker'], self: [0] };
  const names = new Map<string, number>();
  const frameNames = profile.frames.frames.map((frame) => {
    const name = nameOf(frame);
    const known = names.get(name);
    if (known === undefined) names.set(name, names.size);
    return { name, index: known ?? names.size - 1 };
  });
  const known = new Map<number, number>();
  const { prefix, frame } = profile.stacks;
  const callOf = new Int32Array(prefix.length);
  for (let node = 0; node < callOf.length; node += 1) {
    const parent = callOf[prefix[node] ?? -1] ?? 0; // -1 is no place: row 0
    const named = frameNames[frame[node] ?? -1] ?? null;
    if (named === null) {
      callOf[node] = parent;
      continue;
    }
    const key = parent * 2 ** 24 + named.index; // both are below 2^24
    let call = known.get(key);
    if (call === undefined) {
      call = calls.parent.push(parent) - 1;
      calls.name.push(named.name);
      calls.kind.push(profile.frames.frames[frame[node] ?? -1]?.kind ?? 'marker');
      calls.self.push(0);
      known.set(key, call);
    }
    callOf[node] = call;
  }
  profile.samples.stack.forEach((stack, sample) => {
    const call = callOf[stack] ?? 0;
    calls.self[call] = (calls.self[call] ?? 0) + (profile.samples.weight[sample] ?? 0);
  });
  return calls;
}
