// Lists of runs over one range of addresses → pieces in each of which every list has one value. Lists are in ascending order and may
// have gaps: there they have nothing to say.

export interface Run<Value> {
  readonly start: number;
  readonly end: number;
  readonly value: Value;
}

export interface Piece<First, Second, Third> {
  readonly start: number;
  readonly end: number;
  readonly values: readonly [First | null, Second | null, Third | null];
}

/** The pieces of `start` to `end`, in order. `cursors` of the lists only ever go forward: give ascending ranges to one cutter. */
export class SegmentCutter<First, Second, Third> {
  readonly #lists: readonly [readonly Run<First>[], readonly Run<Second>[], readonly Run<Third>[]];
  readonly #at = [0, 0, 0];

  constructor(first: readonly Run<First>[], second: readonly Run<Second>[], third: readonly Run<Third>[]) {
    this.#lists = [first, second, third];
  }

  *pieces(start: number, end: number): Generator<Piece<First, Second, Third>> {
    const [first, second, third] = this.#lists;
    for (let at = start; at < end;) {
      const one = this.#find(first, 0, at);
      const two = this.#find(second, 1, at);
      const three = this.#find(third, 2, at);
      const next = Math.min(end, one.until, two.until, three.until);
      yield { start: at, end: next, values: [one.value, two.value, three.value] };
      at = next;
    }
  }

  #find<Value>(runs: readonly Run<Value>[], list: number, at: number): { readonly value: Value | null; readonly until: number } {
    let index = this.#at[list] ?? 0;
    while (index < runs.length && (runs[index]?.end ?? 0) <= at) index += 1;
    this.#at[list] = index;
    const run = runs[index];
    if (run === undefined) return { value: null, until: Infinity };
    return run.start <= at ? { value: run.value, until: run.end } : { value: null, until: run.start };
  }
}
