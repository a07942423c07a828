// When a run began to sample and for how long, by the clock of its samples: bpftrace tells its time once a second, and this process knows how long
// after the beginning it hears of it. What was heard soonest is nearest to the truth.

import type { SamplingStart } from '../profile/recording-facts.ts';

/** Better by less is not worth telling: facts that change are written again. */
const STEP_NS = 1e6;

export class SamplingClock {
  #beganMs: number | null = null;
  #atMs: number | null = null;
  #ns: number | null = null;
  #firstNs = Infinity;
  #lastNs = -Infinity;

  get start(): SamplingStart {
    return { atMs: this.#atMs, ns: this.#ns };
  }

  /** Sampling begins now. `nowMs` is this process's clock, `unixMs` the time of day. */
  begin(nowMs: number, unixMs: number): void {
    [this.#beganMs, this.#atMs] = [nowMs, unixMs];
  }

  /** A sample was taken. */
  sampled(timeNs: number): void {
    this.#firstNs = Math.min(this.#firstNs, timeNs);
    this.#lastNs = Math.max(this.#lastNs, timeNs);
  }

  /**
   * How long it sampled: `atLeastMs` by this process's clock, or longer: probes are attached one after the other and taken away when
   * bpftrace comes to it, on a busy machine some tenths of a second later.
   */
  sampledMs(atLeastMs: number): number {
    const spanMs = (this.#lastNs - this.#firstNs) / 1e6;
    return Number.isFinite(spanMs) ? Math.max(atLeastMs, spanMs) : atLeastMs;
  }

  /** bpftrace's time, heard of at `nowMs`. */
  heard(timeNs: number, nowMs: number): void {
    if (this.#beganMs === null) return;
    const ns = Math.round(timeNs - (nowMs - this.#beganMs) * 1e6);
    if (this.#ns === null || ns > this.#ns + STEP_NS) this.#ns = ns;
  }
}
