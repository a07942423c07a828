// The samples of a profile as formats take them that keep threads, lines and kinds apart: frames by their index, hidden ones left
// out, samples by thread in order of time. Pure.

import type { Frame } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import type { RecordingFacts } from '../model/recording.ts';
import type { RenderOptions } from './format.ts';
import { HIDDEN_FRAME, isHidden } from './hidden-frames.ts';

const NANOSECONDS_PER_SECOND = 1e9;

/** The profile's frames, and one more that stands for stacks whose frames are all hidden. */
export interface VisibleFrames {
  readonly frames: readonly Frame[];
  /** Indexes into `frames`, leaf first; never empty. */
  readonly leafFirst: (stack: number) => number[];
  readonly isHidden: (frame: number) => boolean;
}

export function visibleFrames({ frames, stacks }: Profile, options: RenderOptions): VisibleFrames {
  const hidden = frames.frames.map((frame) => isHidden(frame, options));
  const stand = frames.frames.length;
  return {
    frames: [...frames.frames, HIDDEN_FRAME],
    isHidden: (frame) => hidden[frame] ?? false,
    leafFirst: (stack) => {
      const found: number[] = [];
      for (let at = stack; at >= 0; at = stacks.prefix[at] ?? -1) {
        const frame = stacks.frame[at] ?? -1;
        if (hidden[frame] === false) found.push(frame);
      }
      return found.length > 0 ? found : [stand];
    },
  };
}

/** For each thread its samples' indexes, earliest first; samples of one time stay in their order. */
export function samplesByThread({ samples, threads }: Profile): readonly (readonly number[])[] {
  const lists = threads.map((): number[] => []);
  samples.thread.forEach((thread, sample) => lists[thread]?.push(sample));
  for (const list of lists) list.sort((a, b) => (samples.timeNs[a] ?? 0) - (samples.timeNs[b] ?? 0) || a - b);
  return lists;
}

/** What one sample stands for in time; null: it is not a sample of CPU time, or of an unknown rate. */
export function samplePeriodNs({ weightUnit }: Profile, { run }: RecordingFacts): number | null {
  return weightUnit !== 'samples' || run === null || run.rateHz <= 0 ? null : Math.round(NANOSECONDS_PER_SECOND / run.rateHz);
}
