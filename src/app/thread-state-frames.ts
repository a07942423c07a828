// What a thread did besides its stack → frames: at the base whether it ran or waited, where all its time is sampled; at the leaf, behind
// a frame `--` as off-wake graphs have it, who ended a wait.

import type { Frame, ResolvedStack } from '../model/frame.ts';
import type { RawSample, ThreadDoing, Waker } from '../model/sample.ts';

/** By tid: what wakers are called, as long as they are called so by the kernel. */
export type WakerNames = Map<number, { readonly atMs: number; readonly comm: string; readonly name: string }>;

const DOING_FRAMES: Readonly<Record<ThreadDoing, Frame>> = {
  running: label('[on-CPU]'),
  blocked: label('[blocked]'),
  preempted: label('[preempted]'),
};
const SEPARATOR = label('--');
const BY_INTERRUPT = label('[woken by an interrupt]');

/** The same stack where nothing is to be said. */
export function withThreadState(
  stack: ResolvedStack,
  { pid, doing, waker }: Pick<RawSample, 'pid' | 'doing' | 'waker'>,
  names: WakerNames,
): ResolvedStack {
  if (doing === undefined && waker === undefined) return stack;
  const leaf = waker === undefined ? [] : [wakerFrame(waker, pid, names), SEPARATOR];
  const base = doing === undefined ? [] : [DOING_FRAMES[doing]];
  return { ...stack, frames: [...leaf, ...stack.frames, ...base] };
}

function wakerFrame(waker: Waker, wokenPid: number, names: WakerNames): Frame {
  if (waker.kind === 'interrupt') return BY_INTERRUPT;
  const { kind, pid, tid, comm } = waker;
  if (kind === 'kernel-thread') return label(`[woken by kernel thread ${comm}]`);
  const known = names.get(tid);
  const name = known?.comm === comm ? known.name : comm;
  return label(`[woken by ${name === '' ? '' : `${name}, `}${pid === wokenPid ? '' : `pid ${String(pid)}, `}tid ${String(tid)}]`);
}

function label(name: string): Frame {
  return { kind: 'marker', name, signature: '', bci: -1, line: 0, library: '', lineApproximate: false, marker: null };
}
