// How many pieces of stacks a program may send at once: fewer after each loss, as buffers are small or the machine is busy, more again after stacks arrived
// without one. What is sent and lost costs as much as what arrives.

/** One burst that is too long is one loss: what else of it is lost comes within this. */
const LOSS_MS = 200;
/** What is left after a loss. */
const LEFT = 1 / 4;
/** Stacks that arrived in a row before twice as much is tried. */
const ARRIVED_BEFORE_MORE = 64;

export class SendingRoom {
  readonly #most: number;
  readonly #least: number;
  #now: number;
  #lastLossMs = -Infinity;
  #arrived = 0;

  /** `least`: that of one stack; with less, stacks go one by one all the same. */
  constructor(most: number, least: number) {
    this.#most = most;
    this.#least = least;
    this.#now = most;
  }

  /** Something was lost. The new number; null: as before. */
  lost(nowMs: number): number | null {
    this.#arrived = 0;
    if (nowMs - this.#lastLossMs < LOSS_MS) return null;
    this.#lastLossMs = nowMs;
    return this.#set(Math.max(this.#least, Math.floor(this.#now * LEFT)));
  }

  /** A stack has arrived whole. The new number; null: as before. */
  arrived(): number | null {
    this.#arrived += 1;
    if (this.#arrived < ARRIVED_BEFORE_MORE) return null;
    this.#arrived = 0;
    return this.#set(Math.min(this.#most, this.#now * 2));
  }

  #set(next: number): number | null {
    if (next === this.#now) return null;
    return (this.#now = next);
  }
}
