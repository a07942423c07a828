// What holds for every walked sample, whatever the target was.

import { expect } from 'vitest';
import type { ApproximateReason, UnfinishedReason } from '../../src/model/frame.ts';
import { MAX_LOGICAL_FRAMES } from '../../src/unwind/limits.ts';
import type { WalkedSample } from '../../src/unwind/walk-target.ts';

/** The closed sets of the model, as values: a new reason does not compile until it is here. */
const UNFINISHED = {
  'no-registers': true, 'stack-unreadable': true, 'stack-cut': true, 'stack-lost': true, 'no-unwind-info': true,
  'unknown-code': true, 'code-changed': true, 'bad-frame': true, 'no-progress': true, 'too-deep': true, 'too-costly': true, deoptimizing: true,
  'vm-not-ready': true, 'unsupported-vm': true, '32-bit-code': true,
  'return-hijacked': true, 'target-exited': true, bug: true,
} as const satisfies Record<UnfinishedReason, true>; // prettier-ignore
const APPROXIMATE = {
  'reread-page': true,
  'reread-anchor': true,
  'unvalidated-step': true,
  'native-gap': true,
} as const satisfies Record<ApproximateReason, true>;

/** Outcome of the closed set, markers where they belong, lengths in bounds. */
export function expectSound({ stack, traces }: WalkedSample): void {
  const { frames, outcome } = stack;
  expect(traces.length).toBe(frames.length);
  expect(frames.length).toBeGreaterThan(0);
  expect(frames.length).toBeLessThanOrEqual(MAX_LOGICAL_FRAMES + 1);
  const ends = frames.filter(({ marker }) => marker === 'unfinished').length;
  expect(ends).toBe(outcome.kind === 'unfinished' ? 1 : 0);
  if (outcome.kind === 'unfinished') {
    expect(UNFINISHED).toHaveProperty([outcome.reason]);
    expect(outcome.reason).not.toBe('bug');
    expect(frames.at(-1)?.marker).toBe('unfinished');
  }
  if (outcome.kind === 'approximate') {
    expect(outcome.reasons.length).toBeGreaterThan(0);
    for (const reason of outcome.reasons) expect(APPROXIMATE).toHaveProperty([reason]);
  }
}
