// A map as a table: sorted by any column, the largest first at the beginning, a part of the rows at a time.

import type { PageColumn, ScriptPageMap } from '../../outputs/script/script-page-data.ts';
import { button, element, setAttribute } from '../dom.ts';
import { countText } from '../numbers.ts';
import { digitsText } from './digits-text.ts';

const FIRST_ROWS = 25;
/** "More" shows that many times as many. */
const GROWTH = 4;

type Row = readonly string[];

export class MapTable {
  readonly element: HTMLElement;
  readonly #columns: readonly PageColumn[];
  readonly #heads: readonly HTMLElement[];
  readonly #body = element('tbody');
  readonly #more: HTMLButtonElement;
  /** The column that has meters: the last, when its numbers are amounts. */
  readonly #metered: number;
  readonly #most: number;
  #rows: readonly Row[];
  #shown = FIRST_ROWS;
  #order: { readonly column: number; readonly isDescending: boolean } | null = null;

  constructor({ columns, rows, isAmounts }: Extract<ScriptPageMap, { readonly kind: 'table' }>) {
    this.#columns = columns;
    this.#rows = rows;
    const last = columns.length - 1;
    const amounts = rows.map((row) => Number(row[last] ?? ''));
    this.#metered = rows.length > 1 && isAmounts && amounts.every((amount) => amount >= 0) ? last : -1;
    this.#most = amounts.reduce((most, amount) => Math.max(most, amount), 0);
    this.#heads = columns.map(({ head, isKey, isNumber }, column) =>
      element('th', { scope: 'col', class: isNumber && !isKey ? 'number' : false }, button(head, { class: 'quiet' }, () => this.#sort(column))),
    ); // prettier-ignore
    this.#more = button('More', {}, () => {
      this.#shown *= GROWTH;
      this.#draw();
    });
    const head = element('thead', {}, element('tr', {}, ...this.#heads));
    this.element = element('div', { class: 'map-table' }, element('div', { class: 'scroll' }, element('table', {}, head, this.#body)), this.#more); // prettier-ignore
    this.#draw();
  }

  /** Numbers the largest first, texts from the beginning; again: the other way round. */
  #sort(column: number): void {
    const isNumber = this.#columns[column]?.isNumber ?? false;
    const isDescending = this.#order?.column === column ? !this.#order.isDescending : isNumber;
    this.#order = { column, isDescending };
    this.#rows = sorted(this.#rows, column, isNumber, isDescending);
    this.#draw();
  }

  #draw(): void {
    const { column, isDescending } = this.#order ?? { column: -1, isDescending: false };
    this.#heads.forEach((head, index) =>
      setAttribute(head, 'aria-sort', index !== column ? 'none' : isDescending ? 'descending' : 'ascending'),
    );
    this.#body.replaceChildren(...this.#rows.slice(0, this.#shown).map((row) => this.#row(row)));
    const more = this.#rows.length - this.#shown;
    this.#more.hidden = more <= 0;
    this.#more.textContent = `More (${countText(Math.max(0, more))})`;
  }

  #row(row: Row): HTMLElement {
    const cells = row.map((text, column) => {
      const { isKey = true, isNumber = false } = this.#columns[column] ?? {};
      if (isKey || !isNumber) return element('td', { class: 'text' }, text);
      const cell = element('td', { class: 'number' }, digitsText(text));
      if (column === this.#metered) cell.append(this.#meter(Number(text)));
      return cell;
    });
    return element('tr', {}, ...cells);
  }

  #meter(amount: number): HTMLElement {
    const meter = element('span', { class: 'meter' });
    meter.style.width = `${this.#most === 0 ? 0 : (100 * amount) / this.#most}%`;
    return element('span', { class: 'track' }, meter);
  }
}

/** Equal ones stay as they are. */
function sorted(rows: readonly Row[], column: number, isNumber: boolean, isDescending: boolean): readonly Row[] {
  const compare = (a: string, b: string): number => {
    const isLess = isNumber ? BigInt(a) < BigInt(b) : a < b;
    return a === b ? 0 : isLess ? -1 : 1;
  };
  return [...rows].sort((a, b) => (isDescending ? -1 : 1) * compare(a[column] ?? '', b[column] ?? ''));
}
