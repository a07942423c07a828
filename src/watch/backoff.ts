// How long to wait before a bpftrace that died is started again: at once as a rule, longer and longer where it dies again and again.

const FIRST_MS = 200;
/** A bpftrace that is missing is looked for twice a minute: the sweep goes on meanwhile. */
const LONGEST_MS = 30_000;
/** Who has run so long is well. */
const WELL_MS = 60_000;

export class Backoff {
  #nextMs = FIRST_MS;

  /** `ranMs`: how long the one that died had run. */
  next(ranMs: number): number {
    if (ranMs >= WELL_MS) this.#nextMs = FIRST_MS;
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(LONGEST_MS, waitMs * 2);
    return waitMs;
  }
}
