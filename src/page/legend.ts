// What the colours mean: kinds of frames that this profile has, or directions of change.

import { type BoxKind, frameBoxKind } from './box-kind.ts';
import { CHANGE_STEPS } from './change.ts';
import { element } from './dom.ts';
import { KIND_LABELS, KIND_MEANINGS } from './kinds.ts';
import type { Model } from './model.ts';

function entry(attributes: Readonly<Record<string, string>>, label: string, meaning: string): HTMLElement {
  return element('li', { title: meaning }, element('span', { class: 'swatch', ...attributes }), label);
}

export function legendOf(model: Model): HTMLElement {
  const { data } = model;
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
  const seen = kindsSeen(model);
  for (const [kind, label] of Object.entries(KIND_LABELS) as [Exclude<BoxKind, 'all'>, string][])
    if (seen.has(kind)) list.append(entry({ 'data-kind': kind }, label, KIND_MEANINGS[kind]));
  if (data.rows.quality.includes(1))
    list.append(entry({ 'data-near': '' }, 'approximate', 'most of its samples have an approximate stack: dashed border'));
  list.append(entry({ 'data-match': '' }, 'found', 'matches the search'));
  return list;
}

function kindsSeen(model: Model): ReadonlySet<BoxKind> {
  const { frame, kind, kindsSeen: masks } = model.data.nodes;
  const mask = masks.reduce((all, one) => all | one, 0);
  const seen = new Set<BoxKind>(model.data.kinds.filter((name, index) => name !== 'marker' && (mask & (1 << index)) !== 0) as BoxKind[]); // prettier-ignore
  kind.forEach((index, node) => {
    if (model.data.kinds[index] === 'marker') seen.add(frameBoxKind(model, frame[node] ?? 0, index));
  });
  return seen;
}
