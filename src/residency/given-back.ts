// Ranges that processes have given back (madvise) → whether a page was given back before a moment. Of each process the last ones, and
// the last processes: a JVM gives its heap back in thousands of pieces.

import type { PageAdvice } from '../model/efault-result.ts';
import type { Pid } from '../model/units.ts';

/** Each lookup goes through them: some microseconds. */
const MAX_RANGES = 1024;
const MAX_PROCESSES = 1024;

type Range = Omit<PageAdvice, 'pid'>;

export class GivenBack {
  readonly #byPid = new Map<Pid, Range[]>();

  add({ pid, start, end, timeNs }: PageAdvice): void {
    let ranges = this.#byPid.get(pid);
    if (ranges === undefined) {
      const [oldest] = this.#byPid.keys();
      if (this.#byPid.size >= MAX_PROCESSES && oldest !== undefined) this.#byPid.delete(oldest);
      ranges = [];
      this.#byPid.set(pid, ranges);
    }
    ranges.push({ start, end, timeNs });
    if (ranges.length > MAX_RANGES) ranges.shift();
  }

  /** Lines of several CPUs come in no order: what was told later may have been earlier. */
  has(pid: Pid, address: number, beforeNs: number): boolean {
    const ranges = this.#byPid.get(pid) ?? [];
    return ranges.some(({ start, end, timeNs }) => timeNs < beforeNs && start <= address && address < end);
  }
}
