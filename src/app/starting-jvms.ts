// Processes that run a new program: whether it is a JVM is looked at soon and for a while, so that it is known before it makes events.

import type { Pid } from '../model/units.ts';

/** A VM is there some 30 ms after its process, `main` some 50 ms later. */
const INTERVAL_MS = 15;
/** 1.5 s: what is no JVM by then is met with its first stack, if it becomes one. */
const MOST_LOOKS = 100;
/** A machine that starts more at a time is busy enough. */
const MAX_WATCHED = 32;

export class StartingJvms {
  readonly #look: (pid: Pid) => boolean;
  readonly #watched = new Map<Pid, number>();
  #timer: NodeJS.Timeout | null = null;

  /** `look`: whether all that can be known is known. */
  constructor(look: (pid: Pid) => boolean) {
    this.#look = look;
  }

  watch(pid: Pid): void {
    if (this.#watched.size >= MAX_WATCHED) return;
    this.#watched.set(pid, 0);
    this.#timer ??= setInterval(() => {
      this.#tick();
    }, INTERVAL_MS);
  }

  forget(pid: Pid): void {
    this.#watched.delete(pid);
  }

  close(): void {
    this.#watched.clear();
    this.#rest();
  }

  #tick(): void {
    for (const [pid, looks] of this.#watched) {
      if (looks >= MOST_LOOKS || this.#look(pid)) this.#watched.delete(pid);
      else this.#watched.set(pid, looks + 1);
    }
    if (this.#watched.size === 0) this.#rest();
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
