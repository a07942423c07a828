// Why a stack is not complete, and what a leaf is, in words for the summary and the page, which show them behind the
// reason's name (`stack-cut: stack longer than --stack-bytes`). One row per reason: a new one does not compile
// until it is explained.

import type { ApproximateReason, FrameKind, UnfinishedReason } from './frame.ts';
import type { RunEnd } from './summary.ts';

export const UNFINISHED_TEXTS: Readonly<Record<UnfinishedReason, string>> = {
  'no-registers': 'user registers not found',
  'stack-unreadable': 'a page was not readable',
  'stack-cut': 'stack longer than --stack-bytes',
  'stack-lost': 'part of the stack lost on its way',
  'no-unwind-info': 'native code without any',
  'unknown-code': 'belongs to nothing known',
  'code-changed': 'replaced before the look-up',
  'bad-frame': 'a frame failed its checks',
  'no-progress': 'a frame led back to itself',
  'too-deep': 'more frames than jtrace walks',
  'too-costly': 'more reads than a stack may cost',
  deoptimizing: 'frames were being deoptimized',
  'vm-not-ready': 'the VM was still starting',
  'unsupported-vm': 'a VM jtrace does not know',
  '32-bit-code': 'a stack of another form',
  'return-hijacked': 'replaced by a uretprobe',
  'target-exited': 'ended before the look-up',
  bug: 'a bug of jtrace: please report it',
};

export const APPROXIMATE_TEXTS: Readonly<Record<ApproximateReason, string>> = {
  'reread-page': 'a page read again later',
  'reread-anchor': 'last Java frame read later',
  'unvalidated-step': 'step by plausibility',
  'native-gap': 'frames in between are missing',
};

export const LEAF_TEXTS: Readonly<Record<FrameKind, string>> = {
  interpreted: 'interpreted Java',
  c1: 'Java compiled by C1',
  c2: 'Java compiled by C2',
  inlined: 'Java, inlined',
  'java-native': 'native Java methods',
  stub: 'HotSpot stubs',
  native: 'native code',
  vm: 'the VM',
  kernel: 'kernel',
  marker: 'unknown',
};

export const END_TEXTS: Readonly<Record<RunEnd, string>> = {
  duration: '',
  interrupted: 'stopped early',
  'target-exited': 'the target ended',
  full: 'the recording is full',
  failed: 'broken off',
};
