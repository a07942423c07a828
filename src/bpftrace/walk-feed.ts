// Tells a program with `jstack` what its walks have to know, by jtrace's own comm (feed-words.ts). What is not confirmed is written again: from the
// start on, as nobody says when the probe that listens is attached. It is before all others, so that their first events find it told.

import type { Pid } from '../model/units.ts';
import { writeWords } from './jvm-feed.ts';

/** A write takes some 20 µs; within it a JVM makes few events. */
const AGAIN_MS = 25;
/** Once all probes are attached, the confirmation comes through the buffers: given up after 5 s. */
const MOST_ATTEMPTS = 200;

export class WalkFeed {
  readonly #unconfirmed = new Map<number, { readonly words: readonly string[]; attempts: number }>();
  readonly #write: (words: readonly string[]) => void;
  #waiting: { readonly pids: Set<number>; readonly settle: () => void } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isReady = false;
  #isClosed = false;

  /** `write`: for tests. */
  constructor(write: (words: readonly string[]) => void = writeWords) {
    this.#write = write;
  }

  /** What is to be known of a process, until it is confirmed. */
  feed(pid: Pid | 0, words: readonly string[]): void {
    if (this.#isClosed) return;
    this.#unconfirmed.set(pid, { words, attempts: 0 });
    this.#write(words);
    this.#timer ??= setInterval(() => {
      this.#again();
    }, AGAIN_MS);
  }

  /** A word that needs no confirmation: what is not heard is asked for again. */
  tell(word: string): void {
    if (!this.#isClosed) this.#write([word]);
  }

  confirmed(pid: number): void {
    this.#unconfirmed.delete(pid);
    this.#waiting?.pids.delete(pid);
    if (this.#waiting?.pids.size === 0) this.#settle();
    if (this.#unconfirmed.size === 0) this.#rest();
  }

  /** All probes are attached. Settles when the program has confirmed what it was told until now, or will not. */
  ready(): Promise<void> {
    this.#isReady = true;
    return new Promise((settle) => {
      this.#waiting = { pids: new Set(this.#unconfirmed.keys()), settle };
      if (this.#unconfirmed.size === 0 || this.#isClosed) this.#settle();
    });
  }

  /** The program has ended: nobody listens any more. */
  close(): void {
    this.#isClosed = true;
    this.#settle();
    this.#rest();
  }

  #settle(): void {
    this.#waiting?.settle();
    this.#waiting = null;
  }

  #again(): void {
    for (const [pid, fed] of this.#unconfirmed) {
      if (this.#isReady) fed.attempts += 1;
      if (fed.attempts > MOST_ATTEMPTS) this.confirmed(pid);
      else this.#write(fed.words);
    }
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
