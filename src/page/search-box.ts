// The search field with what it found.

import { button, element } from './dom.ts';

export class SearchBox {
  readonly element: HTMLElement;
  readonly #input = element('input', {
    type: 'search', placeholder: 'Search: text or /regex/', 'aria-label': 'Search methods', 'aria-describedby': 'found', spellcheck: 'false', autocomplete: 'off',
  }); // prettier-ignore
  readonly #found = element('output', { id: 'found', class: 'found', 'aria-live': 'polite' });

  constructor(onSearch: (typed: string) => void) {
    const clear = button('×', { class: 'quiet', 'aria-label': 'Clear the search' }, () => {
      this.clear();
      onSearch('');
      this.#input.focus();
    });
    this.#input.addEventListener('input', () => onSearch(this.#input.value));
    this.element = element('div', { class: 'search' }, this.#input, clear, this.#found);
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  clear(): void {
    this.#input.value = '';
  }

  /** What was found, or what is wrong with the question. */
  tell(text: string, isBad: boolean): void {
    this.#found.textContent = text;
    this.#found.classList.toggle('bad', isBad);
  }
}
