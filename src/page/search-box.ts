// The search field with what it found.

import { button, element } from './dom.ts';

export const SEARCH_ID = 'search';

export class SearchBox {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #clear: HTMLButtonElement;
  readonly #found: HTMLOutputElement;

  /** `suffix` of its ids, for a page with several. */
  constructor(onSearch: (typed: string) => void, suffix = '') {
    const found = `found${suffix}`;
    this.#input = element('input', {
      id: SEARCH_ID + suffix, type: 'search', placeholder: 'Search: text or /regex/', 'aria-label': 'Search methods', 'aria-describedby': found, spellcheck: 'false', autocomplete: 'off',
    }); // prettier-ignore
    this.#found = element('output', { id: found, class: 'found', 'aria-live': 'polite' });
    this.#clear = button('×', { class: 'quiet', 'aria-label': 'Clear the search', hidden: true }, () => {
      this.clear();
      onSearch('');
      this.#input.focus();
    });
    this.#input.addEventListener('input', () => {
      this.#clear.hidden = this.#input.value === '';
      onSearch(this.#input.value);
    });
    this.element = element('div', { class: 'search', role: 'search' }, this.#input, this.#clear, this.#found);
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  clear(): void {
    this.#input.value = '';
    this.#clear.hidden = true;
  }

  /** What was found, or what is wrong with the question. */
  tell(text: string, isBad: boolean): void {
    this.#found.textContent = text;
    this.#found.classList.toggle('bad', isBad);
  }
}
