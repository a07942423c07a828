// What the perf maps of all processes may take together, of memory and of jtrace's time: any user may have as many processes as there
// are, each with a map of the largest size that grows all the time.

/** A machine's services that write any have some megabytes each. */
const MAX_ALL_BYTES = 512 * 1024 * 1024;
/** Of jtrace's time that reading them may take. */
const TIME_SHARE = 0.1;
/** What may be taken at once: first looks at the maps of some dozens of processes, 10 to 50 ms each. */
const MOST_SAVED_MS = 1000;

export class PerfMapRoom {
  #leftBytes: number;
  #savedMs = MOST_SAVED_MS;
  #savedAtMs = Infinity;

  constructor(limitBytes = MAX_ALL_BYTES) {
    this.#leftBytes = limitBytes;
  }

  get leftBytes(): number {
    return this.#leftBytes;
  }

  useBytes(bytes: number): void {
    this.#leftBytes -= bytes;
  }

  /** Whether any map may be read now. `nowMs`: any clock that goes on, one for all. */
  hasTime(nowMs: number): boolean {
    this.#savedMs = Math.min(MOST_SAVED_MS, this.#savedMs + TIME_SHARE * Math.max(0, nowMs - this.#savedAtMs));
    this.#savedAtMs = nowMs;
    return this.#savedMs > 0;
  }

  spendMs(tookMs: number): void {
    this.#savedMs -= tookMs;
  }
}
