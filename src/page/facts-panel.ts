// The facts of the recording as a list of labels and lines. A reason for stacks that are not complete leads to its explanation below.

import type { PageData, PageFactRow } from '../outputs/page-data.ts';
import { element } from './dom.ts';
import { countText } from './numbers.ts';
import { reasonList } from './reason-list.ts';
import { reasonId } from './reasons.ts';

/** Where a link on the page leads. */
export const FACTS_ID = 'recording';

/** `title`: of what it has the facts. */
export function factsPanel({ facts, reasons }: Pick<PageData, 'facts' | 'reasons'>, title = 'Recording'): HTMLElement {
  const explained = new Set(reasons.map(({ name }) => name));
  const list = element('dl');
  for (const { label, rows } of facts) {
    list.append(element('dt', {}, label));
    for (const row of rows) {
      const number = row.count === null ? [] : [element('span', { class: 'count' }, countText(row.count)), ' '];
      const text = explained.has(row.reason ?? '') ? linkTo(row) : row.text;
      list.append(element('dd', { class: row.sub ? 'sub' : false, 'data-counted': row.count !== null }, ...number, text));
    }
  }
  return element(
    'section',
    { class: 'facts', 'aria-label': `Facts of the ${title.toLowerCase()}` },
    element('h2', { id: FACTS_ID }, title),
    list,
    ...reasonList(reasons),
  );
}

function linkTo({ text, reason = '' }: PageFactRow): HTMLElement {
  return element('a', { href: `#${reasonId(reason)}` }, text);
}
