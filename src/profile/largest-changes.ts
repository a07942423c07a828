// A difference → its methods by change: how the share of samples that end in a method (self), and of those that have it anywhere (total,
// recursion counted once), became another. Pure.

import type { DiffProfile, MethodChange, ShareChange } from '../model/diff-profile.ts';
import { outermostNodes } from './outermost-nodes.ts';

/** Changes are compared in steps of so many percentage points: what differs by less differs by the rounding of floats. */
const STEP_POINTS = 1e-7;

/** The `top` methods whose share changed most, in either direction; those that did not change are left out. */
export function largestChanges(diff: DiffProfile, top: number, by: 'self' | 'total' = 'self'): readonly MethodChange[] {
  const { frames, stacks } = diff;
  const sums = frames.frames.map(() => ({ selfA: 0, selfB: 0, totalA: 0, totalB: 0 }));
  const outermost = outermostNodes(stacks, (frame) => frame, sums.length);
  stacks.frame.forEach((frame, node) => {
    const sum = sums[frame];
    if (sum === undefined) return;
    sum.selfA += diff.selfA[node] ?? 0;
    sum.selfB += diff.selfB[node] ?? 0;
    if (outermost[node] !== 1) return;
    sum.totalA += diff.inclusiveA[node] ?? 0;
    sum.totalB += diff.inclusiveB[node] ?? 0;
  });
  const change = (a: number, b: number): ShareChange => {
    const [percentA, percentB] = [(100 * a) / diff.total, (100 * b) / diff.total];
    return { percentA, percentB, points: percentB - percentA };
  };
  const size = (method: MethodChange): number => Math.round(Math.abs(method[by].points) / STEP_POINTS);
  return sums
    .map(({ selfA, selfB, totalA, totalB }, frame): MethodChange => {
      const { name = '', kind = 'marker' } = frames.frames[frame] ?? {};
      return { name, isKernel: kind === 'kernel', self: change(selfA, selfB), total: change(totalA, totalB) };
    })
    .filter((method) => size(method) > 0)
    .sort((a, b) => size(b) - size(a) || (a.name < b.name ? -1 : 1))
    .slice(0, top);
}
