// Which frames an output leaves out, and what stands for a stack that has no others.

import type { Frame } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { StackColumns } from '../model/stack-columns.ts';
import type { RenderOptions } from './format.ts';

/** Whether a frame is left out. Marks of unfinished stacks stay. */
export function isHidden(frame: Frame, { native }: RenderOptions): boolean {
  return !native && (frame.kind === 'native' || frame.kind === 'vm' || frame.marker === 'native-gap');
}

/** Stands for a stack of which all frames are hidden. */
export const ALL_HIDDEN = '[native]';
export const HIDDEN_FRAME: Frame = {
  kind: 'native',
  name: ALL_HIDDEN,
  signature: '',
  bci: -1,
  line: 0,
  library: '',
  lineApproximate: false,
  marker: null,
};

/** The profile with its hidden frames gone: what they called is their callers', what they did is theirs, too. */
export function visibleProfile(profile: Profile, options: RenderOptions): Profile {
  const { frames, stacks, samples } = profile;
  const hidden = frames.frames.map((frame) => isHidden(frame, options));
  if (!hidden.includes(true)) return profile;
  const visible = new StackColumns();
  const places = new Int32Array(stacks.prefix.length);
  for (let node = 0; node < places.length; node += 1) {
    const above = places[stacks.prefix[node] ?? -1] ?? -1; // a root's prefix is no place
    const frame = stacks.frame[node] ?? -1;
    places[node] = hidden[frame] === true ? above : visible.child(above, frame);
  }
  const stack = samples.stack.map((leaf) => {
    const place = places[leaf] ?? -1;
    return place < 0 ? visible.child(-1, frames.frames.length) : place;
  });
  return {
    ...profile,
    frames: { frames: [...frames.frames, HIDDEN_FRAME] },
    stacks: { prefix: visible.prefix, frame: visible.value },
    samples: { ...samples, stack },
  };
}
