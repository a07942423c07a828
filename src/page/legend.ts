// What the colours mean: kinds of frames that this profile has, or directions of change.

import type { FrameKind } from '../model/frame.ts';
import { CHANGE_STEPS } from './change.ts';
import { element } from './dom.ts';
import { KIND_LABELS, KIND_MEANINGS } from './kinds.ts';
import type { Model } from './model.ts';

function entry(attributes: Readonly<Record<string, string>>, label: string, meaning: string): HTMLElement {
  return element('li', { title: meaning }, element('span', { class: 'swatch', ...attributes }), label);
}

export function legendOf({ data }: Model): HTMLElement {
  const list = element('ul', { class: 'legend', 'aria-label': 'Colours' });
  if (data.differential !== null) {
    for (let step = -CHANGE_STEPS; step <= CHANGE_STEPS; step += 2) {
      const label = step === 0 ? 'same share' : step < 0 ? 'less' : 'more';
      list.append(
        entry({ 'data-change': String(step) }, Math.abs(step) === 2 ? `a little ${label}` : label, 'than in the other profile'),
      );
    }
    return list;
  }
  const seen = data.nodes.kindsSeen.reduce((mask, one) => mask | one, 0);
  data.kinds.forEach((kind: FrameKind, index) => {
    if ((seen & (1 << index)) !== 0) list.append(entry({ 'data-kind': kind }, KIND_LABELS[kind], KIND_MEANINGS[kind]));
  });
  if (data.rows.quality.includes(1))
    list.append(entry({ 'data-near': '' }, 'approximate', 'most of its samples have an approximate stack: dashed border'));
  list.append(entry({ 'data-match': '' }, 'found', 'matches the search'));
  return list;
}
