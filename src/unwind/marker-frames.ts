// Frames that stand for what is missing: a gap, and the end of a walk that could not be finished.

import type { Frame, MarkerKind, UnfinishedReason } from '../model/frame.ts';
import { unfinishedName } from '../model/unfinished-name.ts';

function marker(name: string, kind: MarkerKind): Frame {
  return { kind: 'marker', name, signature: '', bci: -1, line: 0, library: '', lineApproximate: false, marker: kind };
}

const GAP = marker('[native gap]', 'native-gap');

const FROZEN = marker('[frozen frames]', 'frozen');

/** Frames of a virtual thread between the frame before and the carrier's after it are in the heap, not on the stack. */
export function frozenFrame(): Frame {
  return FROZEN;
}

/** Native frames are missing between the frame before and the frame after it. */
export function gapFrame(): Frame {
  return GAP;
}

/** The oldest frame of a stack whose walk ended early: names the reason, so that the picture counts it. */
export function unfinishedFrame(reason: UnfinishedReason): Frame {
  return marker(unfinishedName(reason), 'unfinished');
}
