// Lines of templates/page-tables.bt → looks. A look counts when it is whole: every run begins where the one before ended. Decoding
// an entry's bits is handed in.

import type { PageLook, PageLookEvent } from '../../model/page-look.ts';
import type { PageRun, PageState } from '../../model/page-state.ts';
import { asAddress, asPid } from '../../model/units.ts';

/** A page in two is all that a range can alternate: of the largest range there are as many. */
const MAX_RUNS = 4_000_000;
const RUN = /^R ([0-9a-f]{1,16}) ([0-9a-f]{1,16}) ([0-9a-f]{1,16})$/;
const WORD = /^P (ready|look|end|fork|gone)(?: (\d{1,20}))?(?: (\d{1,20}))?(?: (\d{1,20}))?$/;

export interface LookRange {
  readonly start: number;
  readonly end: number;
}

export class PageLookLines {
  readonly #range: LookRange;
  readonly #decode: (bits: number) => PageState;
  readonly #onEvent: (event: PageLookEvent) => void;
  #begin: { readonly index: number; readonly beginNs: number } | null = null;
  #runs: PageRun[] = [];
  #isBroken = false;
  /** The process that bpftrace's parent is, as the program saw it; null: it has not begun. */
  parentPid: number | null = null;

  constructor(range: LookRange, decode: (bits: number) => PageState, onEvent: (event: PageLookEvent) => void) {
    this.#range = range;
    this.#decode = decode;
    this.#onEvent = onEvent;
  }

  /** False: the line is none of the program's. */
  line(text: string): boolean {
    const run = RUN.exec(text);
    if (run !== null) {
      this.#run(Number.parseInt(run[1] ?? '', 16), Number.parseInt(run[2] ?? '', 16), Number.parseInt(run[3] ?? '', 16));
      return true;
    }
    const [, word, first = '0', second = '0', third = '0'] = WORD.exec(text) ?? [];
    switch (word) {
      case 'ready':
        this.parentPid = Number(first);
        return true;
      case 'look':
        if (this.#begin !== null) this.#onEvent({ kind: 'broken-look' });
        this.#begin = { index: Number(first), beginNs: Number(second) };
        this.#runs = [];
        this.#isBroken = false;
        return true;
      case 'end':
        this.#end(Number(first), Number(second), Number(third));
        return true;
      case 'fork':
        this.#onEvent({ kind: 'fork', timeNs: Number(first), child: asPid(Number(second)) });
        return true;
      case 'gone':
        this.#onEvent({ kind: 'gone' });
        return true;
      default:
        return false;
    }
  }

  /** The last run may reach beyond the range: steps are as long as what they find. */
  #run(start: number, end: number, bits: number): void {
    if (start >= this.#range.end) return;
    const before = this.#runs.at(-1)?.end ?? this.#range.start;
    if (start !== before || this.#runs.length >= MAX_RUNS) this.#isBroken = true;
    const last = Math.min(end, this.#range.end);
    // Nothing before the first entry.
    if (this.#isBroken || start >= last) return;
    this.#runs.push({ start: asAddress(start), end: asAddress(last), state: this.#decode(bits) });
  }

  #end(index: number, endNs: number, steps: number): void {
    const begin = this.#begin;
    this.#begin = null;
    if (begin?.index !== index || this.#isBroken || this.#runs.at(-1)?.end !== this.#range.end) {
      this.#onEvent({ kind: 'broken-look' });
      return;
    }
    const look: PageLook = { index, beginNs: begin.beginNs, endNs, steps, runs: this.#runs };
    this.#onEvent({ kind: 'look', look });
  }
}
