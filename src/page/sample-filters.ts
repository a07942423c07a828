// What chooses among the samples: the strip of time and the list of threads. Where one cannot be, why.

import { element } from './dom.ts';
import type { Model } from './model.ts';
import { ThreadFilter } from './thread-filter.ts';
import { TimeStrip } from './time-strip.ts';
import { type Filter, NO_FILTER } from './weights.ts';

export class SampleFilters {
  readonly elements: readonly HTMLElement[];
  readonly #strip: TimeStrip | null;
  readonly #threads: ThreadFilter | null;
  #filter: Filter = NO_FILTER;

  constructor(model: Model, onChange: (filter: Filter) => void) {
    const { data } = model;
    const change = (part: Partial<Filter>): void => {
      this.#filter = { ...this.#filter, ...part };
      onChange(this.#filter);
    };
    this.#strip = data.time === null ? null : new TimeStrip(data, data.time, (range) => change({ range }));
    this.#threads = ThreadFilter.of(model, (threads) => {
      this.#strip?.showThreads(threads);
      change({ threads });
    });
    const why = 'No time range to choose: what this was read from does not say when samples were taken.';
    const noTime = data.differential === null && this.#strip === null ? [element('p', { class: 'status muted' }, why)] : [];
    this.elements = [...(this.#strip === null ? noTime : [this.#strip.element]), ...(this.#threads === null ? [] : [this.#threads.element])]; // prettier-ignore
  }

  /** All samples again. */
  clear(): void {
    if (this.#filter.range !== null) this.#strip?.clear();
    if (this.#filter.threads !== null) this.#threads?.clear();
  }
}
