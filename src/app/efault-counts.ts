// What the program tells, line by line → rows of reads and their causes. A failing read waits a moment for its cause: that its page was given
// back may be told later, on another CPU, and so is whether it could be read at the end of its call.

import { type EfaultLine, readOutcomeCounts } from '../bpftrace/efault-lines.ts';
import type { EfaultProbe } from '../model/efault-request.ts';
import {
  type CauseRow,
  type FailedRead,
  FAILED_OUTCOMES,
  numberedReads,
  READ_OUTCOMES,
  type ReadAgain,
  type ReadExample,
  type ReadOutcome,
  type ReadRow,
} from '../model/efault-result.ts';
import type { UnreadableCause } from '../model/page-state.ts';
import type { MapSnapshot } from '../model/script.ts';
import type { Mapping } from '../model/target.ts';
import { explainRead } from '../residency/explain-read.ts';
import { GivenBack } from '../residency/given-back.ts';

/** Lines of one CPU are behind those of another by some milliseconds, on a busy machine by 100. */
const WAIT_NS = 1e9;
/** Most that wait: what is told in two seconds (src/program/pages/efault.ts). */
const MAX_WAITING = 4000;

interface Waiting {
  readonly read: FailedRead;
  readonly mappings: readonly Mapping[] | undefined;
  /** null: not looked at again. */
  again: ReadAgain | null;
}

interface Tally {
  count: number;
  asked: number;
  read: number;
  readonly example: ReadExample;
}

export interface EfaultFacts {
  readonly probes: readonly EfaultProbe[];
  readonly isNumaBalancing: boolean;
  readonly mappingsOf: (read: FailedRead) => readonly Mapping[] | undefined;
}

export class EfaultCounts {
  readonly #facts: EfaultFacts;
  readonly #givenBack = new GivenBack();
  readonly #waiting: Waiting[] = [];
  /** The last of each read and thread that waits. */
  readonly #last = new Map<string, Waiting>();
  /** Told before its read, as an exec has moved the thread to another CPU. */
  readonly #early = new Map<string, ReadAgain>();
  readonly #causes = new Map<number, Map<UnreadableCause, Tally>>();
  /** As the lines tell them, where the program does not come to print its map. */
  readonly #told = new Map<number, Partial<Record<ReadOutcome, number>>>();
  #counted: ReturnType<typeof readOutcomeCounts> | null = null;

  constructor(facts: EfaultFacts) {
    this.#facts = facts;
  }

  line(line: EfaultLine): void {
    switch (line.kind) {
      case 'advice':
        this.#givenBack.add(line.advice);
        return;
      case 'again': {
        const waiting = this.#last.get(keyOf(line.again));
        if (waiting?.again === null && isOf(line.again, waiting.read)) waiting.again = line.again;
        else this.#early.set(keyOf(line.again), line.again);
        return;
      }
      case 'failed':
        this.#failed(line.read);
        return;
      default:
        line satisfies never;
    }
  }

  /** The program's own counts, at its end. */
  counted(map: MapSnapshot): void {
    this.#counted = readOutcomeCounts(map);
  }

  rows(): readonly ReadRow[] {
    for (const waiting of this.#waiting.splice(0)) this.#explain(waiting);
    return numberedReads(this.#facts.probes).map(({ index, probe, name, what }) => {
      const outcomes = this.#outcomesOf(index);
      const sum = (kinds: readonly ReadOutcome[]): number => kinds.reduce((total, kind) => total + outcomes[kind], 0);
      return {
        probe,
        name,
        what,
        reads: sum(READ_OUTCOMES),
        failed: sum(FAILED_OUTCOMES),
        empty: outcomes.empty,
        outcomes,
        causes: causeRows(this.#causes.get(index)),
      };
    });
  }

  #failed(read: FailedRead): void {
    const early = this.#early.get(keyOf(read));
    this.#early.delete(keyOf(read));
    if (this.#early.size > MAX_WAITING) this.#early.clear();
    const again = early !== undefined && isOf(early, read) ? early : null;
    const waiting = { read, mappings: this.#facts.mappingsOf(read), again };
    this.#waiting.push(waiting);
    this.#last.set(keyOf(read), waiting);
    const told = this.#told.get(read.index) ?? {};
    told[read.outcome] = (told[read.outcome] ?? 0) + 1;
    this.#told.set(read.index, told);
    const due = this.#waiting.findIndex(({ read: { timeNs } }) => timeNs > read.timeNs - WAIT_NS);
    const count = Math.max(due, this.#waiting.length - MAX_WAITING);
    for (const old of this.#waiting.splice(0, count)) this.#explain(old);
  }

  #explain(waiting: Waiting): void {
    const { read, mappings, again } = waiting;
    if (this.#last.get(keyOf(read)) === waiting) this.#last.delete(keyOf(read));
    const wasGivenBack = this.#givenBack.has(read.pid, read.failingAddress, read.timeNs);
    const { isNumaBalancing } = this.#facts;
    const { cause, example } = explainRead(read, { mappings, wasGivenBack, again, isNumaBalancing });
    const causes = this.#causes.get(read.index) ?? new Map<UnreadableCause, Tally>();
    this.#causes.set(read.index, causes);
    const tally = causes.get(cause) ?? { count: 0, asked: 0, read: 0, example };
    causes.set(cause, tally);
    tally.count += 1;
    if (again === null) return;
    tally.asked += 1;
    if (again.found !== 'nothing') tally.read += 1;
  }

  #outcomesOf(index: number): Readonly<Record<ReadOutcome, number>> {
    const none = Object.fromEntries(READ_OUTCOMES.map((outcome) => [outcome, 0])) as Record<ReadOutcome, number>;
    if (this.#counted === null) return { ...none, ...this.#told.get(index) };
    for (const { index: of, outcome, count } of this.#counted) if (of === index) none[outcome] = count;
    return none;
  }
}

function keyOf({ index, tid }: Pick<FailedRead, 'index' | 'tid'>): string {
  return `${index}:${tid}`;
}

function isOf(again: ReadAgain, read: FailedRead): boolean {
  return read.timeNs <= again.timeNs && again.timeNs - read.timeNs < WAIT_NS;
}

function causeRows(causes: ReadonlyMap<UnreadableCause, Tally> | undefined): readonly CauseRow[] {
  return [...(causes ?? [])]
    .map(([cause, { count, asked, read, example }]) => ({ cause, count, again: { asked, read }, example }))
    .sort((a, b) => b.count - a.count);
}
