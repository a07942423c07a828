// The hottest methods of what is shown, as a table: sorted by self or total weight; a method's button shows its callers and callees.

import { frameBoxKind } from './box-kind.ts';
import { button, element } from './dom.ts';
import { KIND_LABELS } from './kinds.ts';
import { hottest, type Method, type MethodOrder } from './methods.ts';
import type { Model } from './model.ts';
import { countText, shareText } from './numbers.ts';

/** Where a link on the page leads. */
export const HOTTEST_ID = 'hottest';
const FIRST_ROWS = 25;
/** "More" shows that many times as many. */
const GROWTH = 4;

/** What the table is of. */
export interface TableScope {
  /** Of two compared; '': there is one. */
  readonly profile: string;
  /** The frame zoomed to; '': none. */
  readonly zoomed: string;
}

export class HottestTable {
  readonly element: HTMLElement;
  readonly #model: Model;
  readonly #onPick: (frame: number) => void;
  readonly #scope = element('span', { class: 'scope' });
  readonly #body = element('tbody');
  readonly #heads: Readonly<Record<MethodOrder, HTMLElement>>;
  readonly #more: HTMLButtonElement;
  #order: MethodOrder = 'self';
  #rows = FIRST_ROWS;
  #methods: readonly Method[] = [];
  #all = 0;

  constructor(model: Model, onPick: (frame: number) => void) {
    this.#model = model;
    this.#onPick = onPick;
    const head = (order: MethodOrder, label: string, title: string): HTMLElement =>
      element(
        'th',
        { scope: 'col', class: 'number' },
        button(label, { class: 'quiet', title }, () => this.#sort(order)),
      );
    this.#heads = {
      self: head('self', 'Self', 'Samples that end in the method'),
      total: head('total', 'Total', 'Samples that have the method in their stack'),
    };
    this.#more = button('More', {}, () => {
      this.#rows *= GROWTH;
      this.#draw();
    });
    const columns = element(
      'tr',
      {},
      this.#heads.self,
      this.#heads.total,
      element('th', { scope: 'col' }, 'Kind'),
      element('th', { scope: 'col' }, 'Method'),
    );
    this.element = element(
      'section',
      { class: 'hottest', 'aria-label': 'Hottest methods' },
      element('h2', { id: HOTTEST_ID }, 'Hottest methods ', this.#scope),
      element('div', { class: 'scroll' }, element('table', {}, element('thead', {}, columns), this.#body)),
      this.#more,
    );
  }

  /** `all`: the weight that is 100 %. */
  show(methods: readonly Method[], all: number, { profile, zoomed }: TableScope): void {
    const parts = [profile === '' ? '' : `of ${profile}`, zoomed === '' ? '' : `below ${zoomed}, which is 100 %`];
    this.#scope.textContent = parts.filter((part) => part !== '').join(', ');
    this.#methods = methods;
    this.#all = all;
    this.#draw();
  }

  #sort(order: MethodOrder): void {
    this.#order = order;
    this.#draw();
  }

  #draw(): void {
    for (const order of ['self', 'total'] as const)
      this.#heads[order].setAttribute('aria-sort', order === this.#order ? 'descending' : 'none');
    const rows = hottest(this.#methods, this.#order, this.#rows);
    const largest = (order: MethodOrder): number => rows.reduce((most, method) => Math.max(most, method[order]), 0);
    const most = { self: largest('self'), total: largest('total') };
    this.#body.replaceChildren(...rows.map((method) => this.#row(method, most)));
    this.#more.hidden = rows.length >= this.#methods.length;
    this.#more.textContent = `More (${countText(this.#methods.length - rows.length)})`;
  }

  /** `most`: the weights whose meters are full. */
  #row({ frame, self, total, kind }: Method, most: Readonly<Record<MethodOrder, number>>): HTMLElement {
    const kindName = frameBoxKind(this.#model, frame, kind);
    const share = (weight: number, most: number): HTMLElement => {
      const meter = element('span', { class: 'meter' });
      meter.style.width = `${most === 0 ? 0 : (100 * weight) / most}%`;
      return element('td', { class: 'number' }, shareText(weight, this.#all), element('span', { class: 'track' }, meter));
    };
    const name = this.#model.names[frame] ?? '';
    const pick = button(name, { class: 'link', title: 'Callers and callees' }, () => this.#onPick(frame));
    return element(
      'tr',
      {},
      share(self, most.self),
      share(total, most.total),
      element('td', { class: 'kind' }, element('span', { class: 'swatch', 'data-kind': kindName }), KIND_LABELS[kindName]),
      element('td', { class: 'method' }, pick),
    );
  }
}
