// The facts of the recording as a list of labels and lines.

import type { PageFact } from '../outputs/page-data.ts';
import { element } from './dom.ts';
import { countText } from './numbers.ts';

/** Where a link on the page leads. */
export const FACTS_ID = 'recording';

export function factsPanel(facts: readonly PageFact[]): HTMLElement {
  const list = element('dl');
  for (const { label, rows } of facts) {
    list.append(element('dt', {}, label));
    for (const { text, count, sub } of rows) {
      const number = count === null ? [] : [element('span', { class: 'count' }, countText(count)), ' '];
      list.append(element('dd', { class: sub ? 'sub' : false, 'data-counted': count !== null }, ...number, text));
    }
  }
  return element(
    'section',
    { class: 'facts', 'aria-label': 'Facts of the recording' },
    element('h2', { id: FACTS_ID }, 'Recording'),
    list,
  );
}
