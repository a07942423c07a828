// Two profiles compared → their methods with the shares of both, self and total; the largest changes first. Pure.

import { methodsOf } from './methods.ts';
import type { Model } from './model.ts';
import { NO_FILTER, weigh } from './weights.ts';

/** Shares of all of their profile, from 0 to 1. */
export interface Shares {
  readonly before: number;
  readonly after: number;
}

export interface Change {
  /** Into the data's frames. */
  readonly frame: number;
  readonly self: Shares;
  readonly total: Shares;
}

export type ChangeOrder = 'self' | 'total';
/** Which direction is shown. */
export type ChangeDirection = 'both' | 'more' | 'less';

/** Changes are compared in billionths of all samples: what differs by less differs by the rounding of floats. */
const STEPS = 1e9;

export function differenceOf({ before, after }: Shares): number {
  return after - before;
}

/** Of all methods, in no order. Empty for a page of one profile. */
export function changesOf({ data, tree, names }: Model): readonly Change[] {
  if (data.differential === null) return [];
  const [before, after] = ([0, 1] as const).map((side) => {
    const weights = weigh(tree, data.rows, NO_FILTER, side);
    const all = Math.max(1, weights.total[0] ?? 0);
    const shares = methodsOf(tree, weights, names.length, 0).map(({ frame, self, total }) => [frame, { self: self / all, total: total / all }] as const); // prettier-ignore
    return new Map(shares);
  });
  const none = { self: 0, total: 0 };
  return [...names.keys()]
    .filter((frame) => before?.has(frame) === true || after?.has(frame) === true)
    .map((frame) => {
      const [a, b] = [before?.get(frame) ?? none, after?.get(frame) ?? none];
      return { frame, self: { before: a.self, after: b.self }, total: { before: a.total, after: b.total } };
    });
}

/** The first `most` of those that changed in that direction. */
export function largest(
  changes: readonly Change[],
  order: ChangeOrder,
  direction: ChangeDirection,
  most: number,
): { readonly shown: readonly Change[]; readonly count: number } {
  const sign = direction === 'more' ? 1 : direction === 'less' ? -1 : 0;
  const size = (change: Change): number => Math.round(STEPS * Math.abs(differenceOf(change[order])));
  const fitting = changes.filter((change) => size(change) > 0 && (sign === 0 || Math.sign(differenceOf(change[order])) === sign));
  fitting.sort((a, b) => size(b) - size(a) || a.frame - b.frame);
  return { shown: fitting.slice(0, most), count: fitting.length };
}
