// Nanoseconds since the machine's start, as the kernel's program counts them → times of day. The two are brought together by heartbeats: each
// arrives a little later than it was made, so of the last ones the least difference is nearest to the truth (1 to 5 ms). Follows a clock that is set.

/** Six seconds of heartbeats: a short stall of jtrace or bpftrace does not shift times. */
const HEARTBEATS = 64;

export class BootClock {
  readonly #differencesMs: number[] = [];
  #differenceMs: number;

  /** `guessMs`: the time of day at the machine's start, before anything was heard. */
  constructor(guessMs: number) {
    this.#differenceMs = guessMs;
  }

  heard(ns: number, nowMs: number): void {
    this.#differencesMs.push(nowMs - ns / 1e6);
    if (this.#differencesMs.length > HEARTBEATS) this.#differencesMs.shift();
    this.#differenceMs = Math.min(...this.#differencesMs);
  }

  /** Time of day in milliseconds. */
  timeMs(ns: number): number {
    return ns / 1e6 + this.#differenceMs;
  }

  ns(timeMs: number): number {
    return (timeMs - this.#differenceMs) * 1e6;
  }
}
