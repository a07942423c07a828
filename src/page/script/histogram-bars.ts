// A histogram as rows of a label, a bar and a count.

import type { PageHistogram } from '../../outputs/script/script-page-data.ts';
import { element } from '../dom.ts';
import { digitsText } from './digits-text.ts';

export function histogramBars({ key, bars }: PageHistogram): HTMLElement {
  const rows = bars.map(({ label, count, percentOfLargest }) => {
    const meter = element('span', { class: 'meter' });
    meter.style.width = `${percentOfLargest}%`;
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, label),
      element('td', { class: 'number' }, digitsText(count)),
      element('td', { class: 'bar' }, element('span', { class: 'track' }, meter)),
    );
  });
  const caption = key === '' ? [] : [element('caption', {}, key)];
  return element('table', { class: 'histogram' }, ...caption, element('tbody', {}, ...rows));
}
