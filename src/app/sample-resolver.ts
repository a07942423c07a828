// Samples as they arrive → rows of the profile. Samples wait a moment in a queue; then one batch is resolved: all of it was
// captured before the batch begins, which is what the unwinders' caches need.

import type { ResolvedStack } from '../model/frame.ts';
import { MAX_WEIGHT } from '../model/recording-limits.ts';
import { pointOf } from '../model/registers.ts';
import type { RawSample } from '../model/sample.ts';
import type { ProfileBuilder } from '../profile/profile-builder.ts';
import { unfinishedFrame } from '../unwind/marker-frames.ts';
import { labelFrames } from './event-frames.ts';
import type { ObservedProcesses } from './observed-processes.ts';
import { type WakerNames, withThreadState } from './thread-state-frames.ts';

/** A thread's name is looked at again after this time: pools rename their threads. */
const THREAD_NAME_AGE_MS = 1000;

/** Threads whose names' ages are remembered; more of them are named again. */
const MAX_NAMED = 100_000;

/**
 * Samples wait this long for others, which share the proofs of what is remembered (some 40 reads a stack): short against the life
 * of compiled code, long enough for several on a busy machine.
 */
const BATCH_MS = 10;
/** When jtrace is behind, more wait; pages read at a batch's begin and at its end must lie close together in time all the same. */
const MAX_BATCH = 64;

export interface ResolverCounts {
  /** Ticks that the samples stand for: more than `taken` while the budget is used up. */
  samples: number;
  taken: number;
  unfinished: number;
}

const BUG_STACK: ResolvedStack = {
  frames: [unfinishedFrame('bug')],
  outcome: { kind: 'unfinished', reason: 'bug', detail: '' },
  hasJava: false,
};

export class SampleResolver {
  readonly counts: ResolverCounts = { samples: 0, taken: 0, unfinished: 0 };
  readonly #processes: ObservedProcesses;
  readonly #builder: ProfileBuilder;
  readonly #onBug: (error: unknown) => void;
  readonly #record: ((sample: RawSample) => void) | null;
  /** The process stands above every stack. */
  readonly #byProcess: boolean;
  readonly #wakers: WakerNames = new Map();
  readonly #event: string | null;
  readonly #named = new Map<number, { readonly atMs: number; readonly comm: string }>();
  #queue: RawSample[] = [];
  #scheduled: NodeJS.Timeout | null = null;

  /** `record` is told of each sample before it is resolved; null: nothing is recorded. */
  constructor(
    processes: ObservedProcesses,
    builder: ProfileBuilder,
    record: ((sample: RawSample) => void) | null,
    onBug: (error: unknown) => void,
    byProcess = false,
    event: string | null = null,
  ) {
    this.#event = event;
    this.#byProcess = byProcess;
    this.#processes = processes;
    this.#builder = builder;
    this.#record = record;
    this.#onBug = onBug;
  }

  add(sample: RawSample): void {
    this.#queue.push(sample);
    this.#scheduled ??= setTimeout(() => {
      this.flush();
    }, BATCH_MS);
  }

  /** Resolves all that waits, now. */
  flush(): void {
    if (this.#scheduled !== null) clearTimeout(this.#scheduled);
    this.#scheduled = null;
    const queue = this.#queue;
    this.#queue = [];
    if (this.#record === null) {
      for (let first = 0; first < queue.length; first += MAX_BATCH) this.#resolveBatch(queue.slice(first, first + MAX_BATCH));
      return;
    }
    // Each a batch of its own, as a replay does it: then it asks the same questions in the same order.
    for (const sample of queue) {
      this.#record(sample);
      this.#nameWaker(sample);
      this.#processes.beginBatch(sample.timeNs / 1e6);
      if (!this.#resolve(sample)) this.#nameThread(sample);
    }
  }

  #resolveBatch(batch: readonly RawSample[]): void {
    const last = batch.at(-1);
    if (last === undefined) return;
    for (const sample of batch) this.#nameWaker(sample);
    this.#processes.beginBatch(last.timeNs / 1e6);
    // A virtual thread has its name already.
    const others = batch.filter((sample) => !this.#resolve(sample));
    this.#processes.endBatch();
    // Afterwards: a name is proven by reading it twice, and within a batch a page is read once.
    for (const sample of others) this.#nameThread(sample);
  }

  /** Whether a virtual thread was mounted. */
  #resolve(sample: RawSample): boolean {
    const stack = this.#inProcess(withThreadState(this.#walk(sample), sample, this.#wakers), sample);
    this.counts.samples += sample.ticks;
    this.counts.taken += 1;
    if (stack.outcome.kind === 'unfinished') this.counts.unfinished += sample.ticks;
    // Nothing may leave a timer's callback: all that was recorded before would go with it.
    try {
      const { pid, tid, timeNs, registers, ticks, amount = 1 } = sample;
      const weight = Math.min(ticks * amount, MAX_WEIGHT);
      this.#builder.add({ pid, tid, timeNs, pc: registers === null ? 0 : pointOf(registers).pc, weight }, stack);
    } catch (error) {
      this.#onBug(error);
    }
    return stack.virtualThread !== undefined;
  }

  /** A bug of the unwinder costs the stack of one sample, not the recording: it is counted with its reason and reported. */
  #walk(sample: RawSample): ResolvedStack {
    try {
      const walked = this.#processes.resolve(sample).stack;
      // A stack needs a frame: one without is a bug that costs this sample its stack, like any other.
      if (walked.frames.length === 0) return BUG_STACK;
      const told = labelFrames(this.#event, sample.labels);
      return told.length === 0 ? walked : { ...walked, frames: [...told, ...walked.frames] };
    } catch (error) {
      this.#onBug(error);
      return BUG_STACK;
    }
  }

  /** The process above a stack, where that is asked for. */
  #inProcess(stack: ResolvedStack, sample: RawSample): ResolvedStack {
    if (!this.#byProcess) return stack;
    try {
      return { ...stack, frames: [...stack.frames, this.#processes.processFrame(sample)] };
    } catch (error) {
      this.#onBug(error);
      return stack;
    }
  }

  /** Before a batch, as {@link #nameThread} is behind it. */
  #nameWaker({ waker, timeNs }: RawSample): void {
    if (waker?.kind !== 'thread') return;
    const { pid, tid, comm } = waker;
    const known = this.#wakers.get(tid);
    const atMs = timeNs / 1e6;
    if (known !== undefined && known.comm === comm && atMs - known.atMs < THREAD_NAME_AGE_MS) return;
    if (this.#wakers.size >= MAX_NAMED) this.#wakers.clear();
    try {
      this.#wakers.set(tid, { atMs, comm, name: this.#processes.threadName({ pid, tid, comm, mode: 'kernel' }) });
    } catch (error) {
      this.#onBug(error);
    }
  }

  #nameThread(sample: RawSample): void {
    const named = this.#named.get(sample.tid);
    const now = sample.timeNs / 1e6;
    if (named !== undefined && named.comm === sample.comm && now - named.atMs < THREAD_NAME_AGE_MS) return;
    if (this.#named.size >= MAX_NAMED) this.#named.clear();
    this.#named.set(sample.tid, { atMs: now, comm: sample.comm });
    try {
      this.#builder.nameThread(sample.pid, sample.tid, this.#processes.threadName(sample));
    } catch (error) {
      this.#onBug(error);
    }
  }
}
