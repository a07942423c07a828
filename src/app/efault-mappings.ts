// A failing read → the mappings of the program it was made in, asked at once: of the process, or of its parent where it is a fork child that is
// gone or runs something else by now (the same layout, as the child has not begun a program of its own).

import type { FailedRead } from '../model/efault-result.ts';
import type { Mapping } from '../model/target.ts';
import type { Pid } from '../model/units.ts';
import { readProgramMappings } from '../target/pages/program-mappings.ts';

/** Mappings of 65,000 lines take 100 ms to read: those of such a process are kept, so that a twentieth of the time goes there. */
const KEPT_PER_COST = 20;
/** Others are read anew for what arrives next: they change. */
const CHEAP_MS = 5;

interface Kept {
  readonly mappings: readonly Mapping[] | null;
  readonly turn: number;
  readonly untilMs: number;
}

export class EfaultMappings {
  readonly #kept = new Map<string, Kept>();
  /** Of the event loop: lines that arrive together are taken in one. */
  #turn = 0;
  #isTurnEndDue = false;

  of(read: FailedRead): readonly Mapping[] | undefined {
    const own = this.#ask(read.pid, read.stackStart);
    if (own !== null) return own;
    if (!read.isForkChild || read.parentStackStart !== read.stackStart) return undefined;
    return this.#ask(read.parent, read.stackStart) ?? undefined;
  }

  /** What is read now is of a moment after every line that has arrived: lines that come together share it, and it is forgotten after them. */
  #ask(pid: Pid, stackStart: number): readonly Mapping[] | null {
    const key = `${pid}:${stackStart}`;
    const known = this.#kept.get(key);
    const beganMs = performance.now();
    if (known !== undefined && (known.turn === this.#turn || beganMs < known.untilMs)) return known.mappings;
    const mappings = readProgramMappings(pid, stackStart);
    const nowMs = performance.now();
    const costMs = nowMs - beganMs;
    const untilMs = costMs < CHEAP_MS ? nowMs : nowMs + KEPT_PER_COST * costMs;
    this.#kept.set(key, { mappings, turn: this.#turn, untilMs });
    this.#endTurnSoon();
    return mappings;
  }

  #endTurnSoon(): void {
    if (this.#isTurnEndDue) return;
    this.#isTurnEndDue = true;
    setImmediate(() => {
      this.#isTurnEndDue = false;
      this.#turn += 1;
      const nowMs = performance.now();
      for (const [key, { untilMs }] of this.#kept) if (untilMs <= nowMs) this.#kept.delete(key);
    });
  }
}
