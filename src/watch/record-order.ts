// Records as they arrive → in the order in which they happened. A bpftrace with a buffer for each CPU (0.17) delivers one CPU's after another's:
// what is held back a little can be sorted. Bounded by what a machine can do in that time.

import type { BirthRecord } from '../model/watch.ts';

/** Buffers are read some 100 times a second; a busy machine's later. */
const HOLD_NS = 100e6;

export class RecordOrder {
  #held: BirthRecord[] = [];

  add(record: BirthRecord): void {
    this.#held.push(record);
  }

  /** What is older than the hold, when the newest that was heard is of `nowNs`. */
  take(nowNs: number): readonly BirthRecord[] {
    if (this.#held.length === 0) return [];
    const isDue = ({ ns }: BirthRecord): boolean => ns <= nowNs - HOLD_NS;
    const due = this.#held.filter(isDue);
    if (due.length > 0) this.#held = this.#held.filter((record) => !isDue(record));
    return sorted(due);
  }

  /** Everything: no more will come. */
  flush(): readonly BirthRecord[] {
    return sorted(this.#held.splice(0));
  }
}

function sorted(records: readonly BirthRecord[]): readonly BirthRecord[] {
  return [...records].sort((a, b) => a.ns - b.ns);
}
