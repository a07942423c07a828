// The list of threads to choose from, most samples first. Hidden where there is nothing to choose; made when it is opened: there may
// be thousands.

import { button, element } from './dom.ts';
import type { Model } from './model.ts';
import { countText, shareText } from './numbers.ts';

interface ThreadWeight {
  readonly index: number;
  /** `name [tid]` */
  readonly label: string;
  readonly weight: number;
}

interface Row {
  readonly input: HTMLInputElement;
  readonly label: HTMLElement;
  readonly text: string;
}

export class ThreadFilter {
  readonly element: HTMLElement;
  readonly #threads: readonly ThreadWeight[];
  /** By thread of the data: 1 when it is shown. */
  readonly #shown: Uint8Array;
  readonly #onChange: (threads: Uint8Array | null) => void;
  readonly #summary = element('summary', {});
  readonly #find = element('input', { type: 'search', placeholder: 'Find a thread', 'aria-label': 'Find a thread' });
  readonly #list = element('div', { class: 'threads', role: 'group', 'aria-label': 'Threads' });
  #rows: readonly Row[] = [];

  /** `onChange` gets the shown threads, null for all. Null: one thread or none. */
  static of(model: Model, onChange: (threads: Uint8Array | null) => void): ThreadFilter | null {
    const threads = threadWeights(model);
    return threads.length < 2 ? null : new ThreadFilter(model, threads, onChange);
  }

  private constructor({ data }: Model, threads: readonly ThreadWeight[], onChange: (threads: Uint8Array | null) => void) {
    this.#threads = threads;
    this.#onChange = onChange;
    this.#shown = new Uint8Array(data.threads.length);
    for (const { index } of threads) this.#shown[index] = 1;
    this.#find.addEventListener('input', () => {
      const wanted = this.#find.value.trim().toLowerCase();
      for (const { label, text } of this.#rows) label.hidden = !text.includes(wanted);
    });
    this.#list.addEventListener('change', () => this.#changed());
    const tools = [
      this.#find,
      button('All', { title: 'All that are found' }, () => this.#check((row) => row.input.checked || isFound(row))),
      button('None', { title: 'None of those found' }, () => this.#check((row) => row.input.checked && !isFound(row))),
      button('Only these', { title: 'Those found and no other' }, () => this.#check(isFound)),
    ];
    const details = element(
      'details',
      { class: 'thread-filter' },
      this.#summary,
      element('div', { class: 'row' }, ...tools),
      this.#list,
    );
    details.addEventListener('toggle', () => this.#fill());
    this.element = details;
    this.#tell();
  }

  /** All threads again. */
  clear(): void {
    this.#find.value = '';
    for (const { label } of this.#rows) label.hidden = false;
    this.#check(() => true);
  }

  #fill(): void {
    if (this.#rows.length > 0) return;
    const all = this.#threads.reduce((sum, { weight }) => sum + weight, 0);
    this.#rows = this.#threads.map(({ index, label: name, weight }) => {
      const input = element('input', { type: 'checkbox', value: index });
      input.checked = this.#shown[index] === 1;
      const share = element('span', { class: 'muted' }, `${countText(weight)} · ${shareText(weight, all)}`);
      const label = element('label', { title: name }, input, element('span', { class: 'name' }, name), share);
      return { input, label, text: name.toLowerCase() };
    });
    this.#list.append(...this.#rows.map(({ label }) => label));
  }

  #check(isShown: (row: Row) => boolean): void {
    this.#fill();
    for (const row of this.#rows) row.input.checked = isShown(row);
    this.#changed();
  }

  #changed(): void {
    for (const { input } of this.#rows) this.#shown[Number(input.value)] = input.checked ? 1 : 0;
    this.#tell();
    this.#onChange(this.#count() === this.#threads.length ? null : this.#shown.slice());
  }

  #count(): number {
    return this.#shown.reduce((sum, one) => sum + one, 0);
  }

  #tell(): void {
    const [count, all] = [this.#count(), this.#threads.length];
    this.#summary.textContent = `Threads: ${count === all ? `all ${countText(all)}` : `${countText(count)} of ${countText(all)}`}`;
  }
}

const isFound = ({ label }: Row): boolean => label.hidden === false;

function threadWeights({ data }: Model): readonly ThreadWeight[] {
  const weights = new Float64Array(data.threads.length);
  data.rows.thread.forEach((thread, row) => (weights[thread] = (weights[thread] ?? 0) + (data.rows.weight[row] ?? 0)));
  return data.threads
    .map(({ name, tid }, index) => ({
      index,
      label: `${name === '' ? 'unnamed' : name}${tid === 0 && name !== '' ? '' : ` [${String(tid)}]`}`,
      weight: weights[index] ?? 0,
    })) // prettier-ignore
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.index - b.index);
}
