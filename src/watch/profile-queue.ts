// JVMs that are to be profiled → which are profiled now: a few at a time, the others wait in a bounded queue, and what does not fit is dropped.
// One that ended while it waited is taken out.

import type { JvmIdentity } from '../model/watch.ts';

/** Each is a bpftrace of some 100 MB and a share of jtrace's CPU. */
export const MOST_AT_ONCE = 2;
/** At 10 s each a minute and a half of waiting: who waits longer is not seen at birth any more. */
export const MOST_WAITING = 16;

export interface WaitingJvm extends JvmIdentity {
  /** Not before, by performance.now(): the time of day may be set. */
  readonly dueMs: number;
}

export class ProfileQueue<Waiting extends WaitingJvm> {
  #waiting: Waiting[] = [];
  #running = 0;

  get running(): number {
    return this.#running;
  }

  /** False: there is no room. */
  offer(jvm: Waiting): boolean {
    if (this.#waiting.length >= MOST_WAITING) return false;
    this.#waiting.push(jvm);
    return true;
  }

  isWaiting(jvm: Waiting): boolean {
    return this.#waiting.includes(jvm);
  }

  /** Takes out one that has ended; null: it did not wait. */
  remove({ pid, startTicks }: JvmIdentity): Waiting | null {
    const found = this.#waiting.find((each) => each.pid === pid && each.startTicks === startTicks) ?? null;
    if (found !== null) this.#waiting = this.#waiting.filter((each) => each !== found);
    return found;
  }

  /** The next whose time has come, if there is room; it runs from now on, until {@link finished}. */
  next(nowMs: number): Waiting | null {
    if (this.#running >= MOST_AT_ONCE) return null;
    const due = this.#waiting.find(({ dueMs }) => dueMs <= nowMs) ?? null;
    if (due === null) return null;
    this.#waiting = this.#waiting.filter((each) => each !== due);
    this.#running += 1;
    return due;
  }

  finished(): void {
    this.#running -= 1;
  }

  /** Nobody waits any more; those that did. */
  clear(): readonly Waiting[] {
    return this.#waiting.splice(0);
  }
}
