// Processes that ended or were closed: the last few whole, so that samples on their way keep their names; of JVMs before that the
// summary's row.

import type { TargetFacts } from '../model/summary.ts';
import type { Pid } from '../model/units.ts';
import type { ObservedProcess } from './observed-process.ts';

/** Ended processes whose samples may still be on the way: buffers hold milliseconds, and more would cost each batch. */
const MAX_ENDED = 32;
/** After that no sample of it is on its way any more: one with its number is of another process, as numbers are used again. */
const MAX_ENDED_MS = 10_000;
/** Rows of ended JVMs for the summary, some 1 KB each: more is not read by anybody. */
const MAX_PAST_FACTS = 1000;

interface Ended {
  readonly process: ObservedProcess;
  /** Time of the first samples that came after its end; null: none yet. */
  endedMs: number | null;
}

export class EndedProcesses {
  /** Oldest first; their readers are closed. */
  readonly #ended = new Map<Pid, Ended>();
  /** By the order of their processes. */
  readonly #pastFacts = new Map<number, TargetFacts>();

  get(pid: Pid): ObservedProcess | undefined {
    return this.#ended.get(pid)?.process;
  }

  add(process: ObservedProcess): void {
    this.forget(process.pid);
    this.#ended.set(process.pid, { process, endedMs: null });
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.forget(oldest);
  }

  /** Those that ended long before `nowMs`, the time of the next samples, are no more. */
  expire(nowMs: number): void {
    for (const [pid, ended] of this.#ended) {
      ended.endedMs ??= nowMs;
      if (nowMs - ended.endedMs > MAX_ENDED_MS) this.forget(pid);
    }
  }

  /** Of a process that ended only its row is kept. */
  forget(pid: Pid): void {
    const process = this.get(pid);
    if (process === undefined) return;
    this.#ended.delete(pid);
    process.unwinder.release();
    this.keepFacts(process);
  }

  /** Of one that is closed. */
  keepFacts(process: ObservedProcess): void {
    const facts = process.facts();
    if (facts !== null && this.#pastFacts.size < MAX_PAST_FACTS) this.#pastFacts.set(process.order, facts);
  }

  /** Rows of all JVMs that there were, by the order of their processes. */
  facts(): ReadonlyMap<number, TargetFacts> {
    const rows = new Map(this.#pastFacts);
    for (const { process } of this.#ended.values()) {
      const facts = process.facts();
      if (facts !== null) rows.set(process.order, facts);
    }
    return rows;
  }
}
