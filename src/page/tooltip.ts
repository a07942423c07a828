// What is known of the box under the pointer, beside the pointer and inside the window. The pointer never meets it.

import type { Description } from './describe.ts';
import { element } from './dom.ts';

const GAP_PX = 14;

export class Tooltip {
  readonly element = element('div', { class: 'tooltip', 'aria-hidden': 'true', hidden: true });

  show({ name, weight, details }: Description, event: MouseEvent): void {
    const { element: box } = this;
    box.replaceChildren(
      element('strong', {}, name),
      element('div', {}, weight),
      ...details.map((detail) => element('div', { class: 'muted' }, detail)),
    );
    box.hidden = false;
    const { offsetWidth, offsetHeight } = box;
    const { clientWidth, clientHeight } = document.documentElement;
    const left = event.clientX + GAP_PX + offsetWidth > clientWidth ? clientWidth - offsetWidth - GAP_PX : event.clientX + GAP_PX;
    const below = event.clientY + GAP_PX;
    const top = below + offsetHeight > clientHeight ? event.clientY - offsetHeight - GAP_PX : below;
    box.style.left = `${Math.max(0, left)}px`;
    box.style.top = `${Math.max(0, top)}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
