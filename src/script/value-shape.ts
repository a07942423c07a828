// What values of a program are as far as stacks are concerned: which of them a variable, a map or an expression may hold, and in which place of a tuple.

import type { KeyPartKind } from '../model/script.ts';

export interface ValueShape {
  /** What it may be; none: nothing is known (a parameter, a variable that nobody fills). */
  readonly kinds: ReadonlySet<KeyPartKind>;
  /** Frames shown of its whole stacks, and where the program says so first; null: all. */
  readonly frames: ReadonlyMap<number | null, number>;
  /** Of a tuple. */
  readonly members: readonly ValueShape[] | null;
}

export const NOTHING_KNOWN: ValueShape = { kinds: new Set(), frames: new Map(), members: null };
/** Of bpftrace; of a tuple's member in a tuple's member all is known that anybody needs. */
export const MAX_DEPTH = 8;

export function shapeOfKind(kind: KeyPartKind): ValueShape {
  return { ...NOTHING_KNOWN, kinds: new Set([kind]) };
}

/** `at`: where the program says `jstack`. */
export function wholeStack(frames: number | null, at: number): ValueShape {
  return { ...NOTHING_KNOWN, kinds: new Set(['whole-stack']), frames: new Map([[frames, at]]) };
}

export function tupleOf(members: readonly ValueShape[]): ValueShape {
  return { ...NOTHING_KNOWN, members };
}

/** What may be the one or the other. */
export function either(a: ValueShape, b: ValueShape, depth = 0): ValueShape {
  if (depth > MAX_DEPTH) return NOTHING_KNOWN;
  const length = Math.max(a.members?.length ?? 0, b.members?.length ?? 0);
  const members = Array.from({ length }, (_, index) =>
    either(a.members?.[index] ?? NOTHING_KNOWN, b.members?.[index] ?? NOTHING_KNOWN, depth + 1),
  );
  return {
    kinds: new Set([...a.kinds, ...b.kinds]),
    // The first place stays: of two lengths the later one is told.
    frames: new Map([...a.frames, ...[...b.frames].filter(([frames]) => !a.frames.has(frames))]),
    members: a.members === null && b.members === null ? null : members,
  };
}

/** `unknown`: it may be several, or nobody knows. */
export function kindOf({ kinds, members }: ValueShape): KeyPartKind {
  if (members !== null) return kinds.size === 0 && members.every((member) => kindOf(member) === 'value') ? 'value' : 'unknown';
  const [kind = 'unknown', ...others] = kinds;
  return others.length === 0 ? kind : 'unknown';
}

/** Whether it is a whole stack, whatever number it is. */
export function isWholeStack(shape: ValueShape): boolean {
  return kindOf(shape) === 'whole-stack';
}

/** How many frames are shown of it; null: all. */
export function framesOf({ frames }: ValueShape): number | null {
  return frames.size === 1 ? ([...frames.keys()][0] ?? null) : null;
}

/** Where it is said a second time, with another length; null: it is not. */
export function secondLength({ frames, members }: ValueShape): number | null {
  if (frames.size > 1) return [...frames.values()].reduce((last, at) => Math.max(last, at));
  for (const member of members ?? []) {
    const at = secondLength(member);
    if (at !== null) return at;
  }
  return null;
}
