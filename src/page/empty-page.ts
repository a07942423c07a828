// What stands in the place of the graph of a profile without samples: why that may be, and what to try.

import { element } from './dom.ts';

export function emptyPage(advice: readonly string[]): HTMLElement {
  return element(
    'section',
    { class: 'empty' },
    element('h2', {}, 'No samples'),
    element('p', {}, 'There is nothing to draw: the profile has no samples.'),
    element('ul', {}, ...advice.map((line) => element('li', {}, line))),
  );
}
