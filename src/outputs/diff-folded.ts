// A difference → folded stacks with two counts, A's and B's, as FlameGraph's `difffolded.pl -n` prints them: A's scaled to B's total and
// cut to whole numbers. `flamegraph.pl` draws it as it is. Pure.

import type { DiffProfile } from '../model/diff-profile.ts';
import type { DiffFormat } from './diff-format.ts';
import { foldedFrame } from './folded.ts';

/** A's scaled weights are floats: 2.9999999 is 3. */
const ROUNDING = 1e-6;

/** Lines without their newline, in the order of the tree. */
export function* diffFoldedLines({ frames, stacks, selfA, selfB }: DiffProfile): Generator<string> {
  const texts = frames.frames.map((frame) => foldedFrame(frame, false));
  for (let node = 0; node < stacks.prefix.length; node += 1) {
    const [a, b] = [selfA[node] ?? 0, selfB[node] ?? 0];
    if (a === 0 && b === 0) continue;
    const path: string[] = [];
    for (let at = node; at >= 0; at = stacks.prefix[at] ?? -1) path.push(texts[stacks.frame[at] ?? -1] ?? '');
    yield `${path.reverse().join(';')} ${String(Math.floor(a + ROUNDING))} ${String(b)}`;
  }
}

export const DIFF_FOLDED_FORMAT: DiffFormat = {
  name: 'folded-diff',
  endings: ['.folded', '.collapsed'],
  does: 'one line per stack with the counts of A and B: flamegraph.pl',
  render: function* ({ diff }) {
    for (const line of diffFoldedLines(diff)) yield `${line}\n`;
  },
};
