// What holds for every walked sample, whatever the target was: an outcome of the closed set, marks where they belong, lengths in bounds.

import type { ApproximateReason, Frame, UnfinishedReason } from '../../../src/model/frame.ts';
import { APPROXIMATE_TEXTS, UNFINISHED_TEXTS } from '../../../src/model/reason-texts.ts';
import { MAX_LOGICAL_FRAMES } from '../../../src/unwind/limits.ts';
import type { WalkedSample } from '../../../src/unwind/walk-target.ts';
import { check } from '../target.ts';

/** A method's name: two Symbols of at most 4,096 bytes, how long they were, a dot; native names are cut by what reads them. */
const MAX_NAME_CHARACTERS = 10_000;
/** Of frames one kernel stack has, at most. */
const MAX_KERNEL_FRAMES = 128;

export function checkWalk({ stack: { frames, outcome }, traces }: WalkedSample): void {
  check(frames.length > 0, () => 'a stack without frames');
  check(frames.length === traces.length, () => 'frames and traces differ in number');
  check(frames.length <= MAX_LOGICAL_FRAMES + MAX_KERNEL_FRAMES + 1, () => `${String(frames.length)} frames`);
  const ends = frames.filter(({ marker }) => marker === 'unfinished').length;
  check(ends === (outcome.kind === 'unfinished' ? 1 : 0), () => `${String(ends)} ends of a stack that is ${outcome.kind}`);
  if (outcome.kind === 'unfinished') {
    const reasons: Readonly<Partial<Record<UnfinishedReason, string>>> = UNFINISHED_TEXTS;
    check(reasons[outcome.reason] !== undefined && outcome.reason !== 'bug', () => `the reason ${outcome.reason}`);
    check(frames.at(-1)?.marker === 'unfinished', () => 'the end of an unfinished stack is not its last frame');
    check(outcome.detail.length <= MAX_NAME_CHARACTERS, () => `a detail of ${String(outcome.detail.length)} characters`);
  }
  if (outcome.kind === 'approximate') {
    const reasons: Readonly<Partial<Record<ApproximateReason, string>>> = APPROXIMATE_TEXTS;
    check(outcome.reasons.length > 0, () => 'approximate without a reason');
    for (const reason of outcome.reasons) check(reasons[reason] !== undefined, () => `the reason ${reason}`);
  }
  let last: Frame | null = null;
  for (const frame of frames) {
    if (frame !== last) checkFrame(frame);
    last = frame;
  }
}

function checkFrame({ name, signature, bci, line, library }: Frame): void {
  check(name !== '', () => 'a frame without a name');
  for (const text of [name, signature, library])
    check(text.length <= MAX_NAME_CHARACTERS, () => `a name of ${String(text.length)} characters`);
  check(Number.isSafeInteger(bci) && bci >= -1, () => `bci ${String(bci)}`);
  check(Number.isSafeInteger(line) && line >= 0, () => `line ${String(line)}`);
}
