// The picked frame in words, with what can be done about it. Read out when it changes: this is the graph for who does not see it,
// and the tooltip where there is no pointer.

import type { Description } from './describe.ts';
import { button, element } from './dom.ts';

export interface PickedActions {
  readonly zoom: () => void;
  readonly sandwich: () => void;
  readonly copyName: () => void;
}

export class PickedBar {
  readonly element: HTMLElement;
  readonly #text = element('div', { class: 'picked-text', 'aria-live': 'polite', role: 'status' });

  constructor(actions: PickedActions) {
    this.element = element(
      'div',
      { class: 'picked', hidden: true },
      this.#text,
      element(
        'div',
        { class: 'picked-actions' },
        button('Zoom', { title: 'Enter' }, actions.zoom),
        button('Callers & callees', { title: 'S' }, actions.sandwich),
        button('Copy name', {}, actions.copyName),
      ),
    );
  }

  show(description: Description | null): void {
    this.element.hidden = description === null;
    if (description === null) return;
    const { name, weight, details } = description;
    this.#text.replaceChildren(
      element('strong', {}, name),
      element('span', {}, weight),
      element('span', { class: 'muted' }, details.join(' · ')),
    );
  }
}
