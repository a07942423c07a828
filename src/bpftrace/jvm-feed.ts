// Tells the running program about JVMs that appeared after it was generated. One record at a time, written to jtrace's own comm and
// confirmed by the program; what is not confirmed is written again, then given up: anchors of that JVM are then not captured, which
// the unwinder copes with. Costs the machine nothing: no probe fires but on a rename. jtrace's comm is restored each time.

import { readFileSync, writeFileSync } from 'node:fs';
import type { Pid } from '../model/units.ts';

const COMM = '/proc/self/comm';
/** The confirmation comes through the buffers: normally milliseconds, more when bpftrace is behind. */
const CONFIRM_MS = 1000;
const ATTEMPTS = 3;

export class JvmFeed {
  #queue: Promise<unknown>;
  readonly #waiting = new Map<number, () => void>();
  #closed = false;

  /** `ready` settles when the probes are attached; before that nothing would be heard. */
  constructor(ready: Promise<unknown>) {
    this.#queue = ready;
  }

  /** `words`: of feed-words.ts. True once the program has confirmed them; false when it did not, or has ended. */
  feed(pid: Pid, words: readonly string[]): Promise<boolean> {
    const result = this.#queue.then(() => this.#deliver(pid, words));
    this.#queue = result;
    return result;
  }

  confirmed(pid: number): void {
    this.#waiting.get(pid)?.();
  }

  /** The program has ended: nobody confirms any more. */
  close(): void {
    this.#closed = true;
    for (const wake of this.#waiting.values()) wake();
  }

  async #deliver(pid: Pid, words: readonly string[]): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS && !this.#closed; attempt++) {
      const confirmed = this.#wait(pid);
      writeWords(words);
      if (await confirmed) return true;
    }
    return false;
  }

  #wait(pid: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(pid);
        resolve(false);
      }, CONFIRM_MS);
      this.#waiting.set(pid, () => {
        clearTimeout(timer);
        this.#waiting.delete(pid);
        resolve(!this.#closed);
      });
    });
  }
}

/** To jtrace's own comm, which is restored. */
export function writeWords(words: readonly string[]): void {
  try {
    const before = readFileSync(COMM, 'latin1').replace(/\n$/, '');
    for (const word of words) writeFileSync(COMM, word, 'latin1');
    writeFileSync(COMM, before, 'latin1');
  } catch {
    // /proc not writable: then it is not confirmed, which is the answer.
  }
}
