// Callers and callees of one method, one graph above the other: the method stands at the bottom of its callers and on top of its
// callees.

import { button, element } from './dom.ts';
import type { Model } from './model.ts';
import { shareText, weightText } from './numbers.ts';
import { Panel, type PanelEvents } from './panel.ts';
import { sandwichOf } from './sandwich.ts';
import type { Tooltip } from './tooltip.ts';
import type { WeighedTree } from './weights.ts';

export class SandwichView {
  readonly element: HTMLElement;
  readonly callers: Panel;
  readonly callees: Panel;
  readonly #model: Model;
  readonly #title = element('h2');
  readonly #weight = element('p', { class: 'muted' });
  #frame: number | null = null;

  constructor(model: Model, tooltip: Tooltip, events: PanelEvents, onLeave: () => void) {
    this.#model = model;
    this.callers = new Panel(model, 'Callers', 1, false, tooltip, events);
    this.callees = new Panel(model, 'Callees', 1, true, tooltip, events);
    this.element = element(
      'section',
      { class: 'sandwich', 'aria-label': 'Callers and callees', hidden: true },
      element(
        'div',
        { class: 'row' },
        element('div', {}, this.#title, this.#weight),
        button('Back to the whole graph', {}, onLeave),
      ),
      element('h3', {}, 'Callers: who calls it'),
      this.callers.element,
      element('h3', {}, 'Callees: what it calls'),
      this.callees.element,
    );
  }

  get isOpen(): boolean {
    return this.#frame !== null;
  }

  enter(whole: WeighedTree, frame: number): void {
    this.#frame = frame;
    this.#title.textContent = this.#model.names[frame] ?? '';
    this.element.hidden = false;
    this.set(whole);
  }

  leave(): void {
    this.#frame = null;
    this.element.hidden = true;
  }

  /** Other samples of the same method. */
  set(whole: WeighedTree): void {
    if (this.#frame === null) return;
    const { callers, callees } = sandwichOf(whole, this.#frame);
    const [weight, all] = [callees.weights.total[0] ?? 0, whole.weights.total[0] ?? 0];
    this.#weight.textContent = `${weightText(weight, this.#model.data.unit)}, ${shareText(weight, all)} of those shown; the method is 100 %`;
    this.callers.set(callers);
    this.callees.set(callees);
  }

  search(matches: Uint8Array | null): void {
    this.callers.search(matches);
    this.callees.search(matches);
  }
}
