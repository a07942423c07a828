// The largest changes of a comparison, as a table: shares of both profiles and their difference, self and total, sorted by either, in one
// direction or both; a method's button shows its callers and callees.

import './changes-table.css';
import { type Change, type ChangeDirection, type ChangeOrder, changesOf, differenceOf, largest, type Shares } from './changes.ts';
import { button, element } from './dom.ts';
import { KIND_LABELS } from './kinds.ts';
import type { Model } from './model.ts';

const FIRST_ROWS = 25;
/** "More" shows that many times as many. */
const GROWTH = 4;

const DIRECTIONS: Readonly<Record<ChangeDirection, string>> = { both: 'Both', more: 'More', less: 'Less' };
const MINUS = '−';

class ChangesTable {
  readonly element: HTMLElement;
  readonly #changes: readonly Change[];
  readonly #model: Model;
  readonly #onPick: (frame: number) => void;
  readonly #body = element('tbody');
  readonly #heads: Readonly<Record<ChangeOrder, HTMLElement>>;
  readonly #directions = new Map<ChangeDirection, HTMLButtonElement>();
  readonly #more: HTMLButtonElement;
  #order: ChangeOrder = 'self';
  #direction: ChangeDirection = 'both';
  #rows = FIRST_ROWS;

  constructor(model: Model, onPick: (frame: number) => void) {
    this.#model = model;
    this.#onPick = onPick;
    this.#changes = changesOf(model);
    this.#heads = { self: this.#head('self', 'Self change'), total: this.#head('total', 'Total change') };
    this.#more = button('More', {}, () => this.#show({ rows: this.#rows * GROWTH }));
    const plain = (label: string, title: string): HTMLElement => element('th', { scope: 'col', class: 'number', title }, label);
    const columns = element(
      'tr',
      {},
      plain('Self before', 'Share of samples that end in the method, before'),
      plain('after', 'The same, after'),
      this.#heads.self,
      plain('Total before', 'Share of samples that have the method in their stack, before'),
      plain('after', 'The same, after'),
      this.#heads.total,
      element('th', { scope: 'col' }, 'Method'),
    );
    this.element = element(
      'section',
      { class: 'changes', 'aria-label': 'Largest changes' },
      element('h2', {}, 'Largest changes'),
      element('div', { class: 'directions', role: 'group', 'aria-label': 'Direction' }, ...this.#directionButtons()),
      element('div', { class: 'scroll' }, element('table', {}, element('thead', {}, columns), this.#body)),
      this.#more,
    );
    this.#show({});
  }

  #head(order: ChangeOrder, label: string): HTMLElement {
    const title = 'After less before, in percent of all samples of each; the largest first';
    const sort = button(label, { class: 'quiet', title }, () => this.#show({ order }));
    return element('th', { scope: 'col', class: 'number' }, sort);
  }

  #directionButtons(): readonly HTMLElement[] {
    return Object.entries(DIRECTIONS).map(([key, label]) => {
      const direction = key as ChangeDirection; // the table's own keys
      const made = button(label, {}, () => this.#show({ direction, rows: FIRST_ROWS }));
      this.#directions.set(direction, made);
      return made;
    });
  }

  #show(changed: { readonly order?: ChangeOrder; readonly direction?: ChangeDirection; readonly rows?: number }): void {
    this.#order = changed.order ?? this.#order;
    this.#direction = changed.direction ?? this.#direction;
    this.#rows = changed.rows ?? this.#rows;
    for (const order of ['self', 'total'] as const)
      this.#heads[order].setAttribute('aria-sort', order === this.#order ? 'descending' : 'none');
    for (const [direction, made] of this.#directions) made.setAttribute('aria-pressed', String(direction === this.#direction));
    const { shown, count } = largest(this.#changes, this.#order, this.#direction, this.#rows);
    const rows = shown.map((change) => this.#row(change));
    this.#body.replaceChildren(...(rows.length > 0 ? rows : [element('tr', {}, element('td', { colspan: 7 }, 'none'))]));
    this.#more.hidden = shown.length >= count;
    this.#more.textContent = `More (${String(count - shown.length)})`;
  }

  #row({ frame, self, total }: Change): HTMLElement {
    const name = this.#model.names[frame] ?? '';
    const pick = button(name, { class: 'link', title: 'Callers and callees' }, () => this.#onPick(frame));
    const isKernel = this.#isKernel(frame) ? [element('span', { class: 'muted' }, ` ${KIND_LABELS.kernel}`)] : [];
    return element('tr', {}, ...cells(self), ...cells(total), element('td', { class: 'method' }, pick, ...isKernel));
  }

  /** Some function of a library may be called as one of the kernel. */
  #isKernel(frame: number): boolean {
    const { kinds, nodes } = this.#model.data;
    return kinds[nodes.kind[nodes.frame.indexOf(frame)] ?? -1] === 'kernel';
  }
}

function cells(shares: Shares): readonly HTMLElement[] {
  const difference = differenceOf(shares);
  const points = percent(Math.abs(difference));
  const sign = Number(points) === 0 ? '' : difference > 0 ? '+' : MINUS;
  return [
    element('td', { class: 'number' }, `${percent(shares.before)} %`),
    element('td', { class: 'number' }, `${percent(shares.after)} %`),
    element(
      'td',
      { class: 'number', 'data-direction': sign === '' ? 'none' : difference > 0 ? 'more' : 'less' },
      `${sign}${points}`,
    ),
  ];
}

/** Two digits: a change of a hundredth of a percent of many samples is one. */
function percent(share: number): string {
  return (100 * share).toFixed(2);
}

/** What a page of a comparison has below its graph; nothing for one profile. `onPick`: a method was chosen. */
export function changesTables(model: Model, onPick: (frame: number) => void): readonly HTMLElement[] {
  return model.data.differential === null ? [] : [new ChangesTable(model, onPick).element];
}
