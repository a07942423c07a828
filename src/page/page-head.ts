// The top of the page: what it is of, in one line, and the way to what stands below the graph.

import type { PageData } from '../outputs/page-data.ts';
import { element } from './dom.ts';
import { FACTS_ID } from './facts-panel.ts';
import { HOTTEST_ID } from './hottest-table.ts';

/** `sum`: says what of the samples is shown. */
export function pageHead({ title, subtitle }: PageData, sum: HTMLElement): HTMLElement {
  return element(
    'header',
    {},
    element('h1', {}, title === '' ? 'Flame graph' : title),
    sum,
    ...(subtitle === '' ? [] : [element('p', { class: 'muted' }, subtitle)]),
    element(
      'nav',
      { 'aria-label': 'Below the graph' },
      element('a', { href: `#${HOTTEST_ID}` }, 'Hottest methods'),
      element('a', { href: `#${FACTS_ID}` }, 'Recording'),
    ),
  );
}
