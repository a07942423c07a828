// Stacks as text, for goldens and for tests that compare runs: one sample after the other, one frame a line, leaf first.

import type { Frame, StackOutcome } from '../../src/model/frame.ts';
import type { Profile } from '../../src/model/profile.ts';

/** E.g. `c2 Strata.work(I)V bci 12 line 340`; `~` before a line or bci that is only nearly known. Hostile text as JSON. */
export function frameText(frame: Frame): string {
  const near = frame.lineApproximate ? '~' : '';
  return [
    frame.kind.padEnd(11),
    JSON.stringify(frame.name + frame.signature).slice(1, -1),
    ...(frame.bci < 0 ? [] : [`bci ${near}${frame.bci}`]),
    ...(frame.line === 0 ? [] : [`line ${near}${frame.line}`]),
    ...(frame.library === '' ? [] : [`in ${JSON.stringify(frame.library).slice(1, -1)}`]),
    ...(frame.marker === null ? [] : [`(${frame.marker})`]),
  ].join(' ');
}

export function outcomeText(outcome: StackOutcome | undefined): string {
  switch (outcome?.kind) {
    case undefined:
      return 'no outcome';
    case 'complete':
      return 'complete';
    case 'approximate':
      return `approximate: ${outcome.reasons.join(', ')}`;
    case 'unfinished':
      return `unfinished: ${outcome.reason} (${outcome.detail})`;
    default:
      return outcome satisfies never;
  }
}

/** The frames of a sample of a profile, leaf first. */
export function framesOf(profile: Profile, sample: number): Frame[] {
  const frames: Frame[] = [];
  const { prefix, frame } = profile.stacks;
  for (let at = profile.samples.stack[sample] ?? -1; at >= 0; at = prefix[at] ?? -1) {
    const found = profile.frames.frames[frame[at] ?? -1];
    if (found !== undefined) frames.push(found);
  }
  return frames;
}

/** One sample: its thread and outcome, then its frames. */
export function sampleText(profile: Profile, sample: number): string {
  const thread = profile.threads[profile.samples.thread[sample] ?? -1];
  const outcome = profile.outcomes[profile.samples.outcome[sample] ?? -1];
  const head = `sample ${sample + 1}, thread ${JSON.stringify(thread?.name ?? '?')}: ${outcomeText(outcome)}`;
  return [head, ...framesOf(profile, sample).map((frame) => `  ${frameText(frame)}`)].join('\n');
}

/** All samples, a blank line between two. */
export function profileText(profile: Profile): string {
  return `${profile.samples.stack.map((_, sample) => sampleText(profile, sample)).join('\n\n')}\n`;
}
