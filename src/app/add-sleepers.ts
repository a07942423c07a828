// Threads that slept from before a run's start until after its end → a sample each of a profile of wall time. No event met them, and BPF can read
// a stack only where its thread runs: what they wait for in the kernel is known, what led there is not, and says so.

import type { Frame } from '../model/frame.ts';
import type { Ui } from '../model/ui.ts';
import type { Pid, Tid } from '../model/units.ts';
import type { ProfileBuilder } from '../profile/profile-builder.ts';
import { MAX_THREADS_LOOKED_AT, type SleepingThread } from '../target/processes/sleeping-threads.ts';
import { unfinishedFrame } from '../unwind/marker-frames.ts';
import { withThreadState } from './thread-state-frames.ts';

const DETAIL = 'asleep from before the start until after the end';

export interface SleepersOf {
  readonly pid: Pid;
  /** When the run began, by the clock of its samples, and how long it was. */
  readonly fromNs: number;
  readonly durationNs: number;
  readonly kernel: boolean;
  readonly nameOf: (tid: Tid, comm: string) => string;
}

export function addSleepers(builder: ProfileBuilder, threads: readonly SleepingThread[], of: SleepersOf): void {
  const { pid, fromNs, durationNs } = of;
  for (const { tid, comm, kernelStack } of threads) {
    const frames = [...(of.kernel ? kernelStack.map(kernelFrame) : []), unfinishedFrame('no-registers')];
    const outcome = { kind: 'unfinished', reason: 'no-registers', detail: DETAIL } as const;
    const stack = withThreadState({ frames, outcome, hasJava: false }, { pid, doing: 'blocked' }, new Map());
    builder.add({ pid, tid, timeNs: fromNs, pc: 0, weight: Math.round(durationNs) }, stack);
    builder.nameThread(pid, tid, of.nameOf(tid, comm));
  }
}

/** `others`: threads that were not looked at. */
export function tellSleepers(threads: number, others: number, ui: Pick<Ui, 'message'>): void {
  const [most, beyond] = [MAX_THREADS_LOOKED_AT, others].map((count) => count.toLocaleString('en-US'));
  if (others > 0)
    ui.message(
      'warning',
      `of more than ${most ?? ''} threads, ${beyond ?? ''} were not looked at: those of them that slept all the time are not in the profile`,
    );
  if (threads === 0) return;
  const who = threads === 1 ? '1 thread slept' : `${String(threads)} threads slept`;
  ui.message('note', `${who} from before the start until after the end: what led them there is not known`);
}

function kernelFrame(name: string): Frame {
  const [signature, bci, line, library] = ['', -1, 0, '[kernel]'];
  return { kind: 'kernel', name, signature, bci, line, library, lineApproximate: false, marker: null };
}
