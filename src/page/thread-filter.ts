// The list of threads to choose from, most samples first. Hidden where there is nothing to choose.

import { button, element } from './dom.ts';
import type { Model } from './model.ts';
import { countText, shareText } from './numbers.ts';

/** `onChange` gets the shown threads, null for all. Null: one thread or none. */
export function threadFilter({ data }: Model, onChange: (threads: Uint8Array | null) => void): HTMLElement | null {
  const weights = new Float64Array(data.threads.length);
  data.rows.thread.forEach((thread, row) => (weights[thread] = (weights[thread] ?? 0) + (data.rows.weight[row] ?? 0)));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const threads = data.threads
    .map((thread, index) => ({ ...thread, index, weight: weights[index] ?? 0 }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.index - b.index);
  if (threads.length < 2) return null;

  const summary = element('summary', {});
  const boxes = threads.map(({ name, tid, weight, index }) => {
    const input = element('input', { type: 'checkbox', value: index });
    input.checked = true;
    const share = element('span', { class: 'muted' }, `${countText(weight)} · ${shareText(weight, all)}`);
    const label = element(
      'label',
      {},
      input,
      element('span', { class: 'name' }, `${name === '' ? 'unnamed' : name} [${String(tid)}]`),
      share,
    );
    return { input, label, text: `${name} ${String(tid)}`.toLowerCase() };
  });
  const changed = (): void => {
    const checked = boxes.filter(({ input }) => input.checked);
    summary.textContent = `Threads: ${checked.length === boxes.length ? `all ${String(boxes.length)}` : `${String(checked.length)} of ${String(boxes.length)}`}`;
    if (checked.length === boxes.length) return onChange(null);
    const shown = new Uint8Array(data.threads.length);
    for (const { input } of checked) shown[Number(input.value)] = 1;
    onChange(shown);
  };
  const setAll = (isChecked: boolean) => (): void => {
    for (const { input, label } of boxes) if (!label.hidden) input.checked = isChecked;
    changed();
  };
  const find = element('input', { type: 'search', placeholder: 'Find a thread', 'aria-label': 'Find a thread' });
  find.addEventListener('input', () => {
    const wanted = find.value.trim().toLowerCase();
    for (const { label, text } of boxes) label.hidden = !text.includes(wanted);
  });
  const list = element('div', { class: 'threads', role: 'group', 'aria-label': 'Threads' }, ...boxes.map(({ label }) => label));
  list.addEventListener('change', changed);
  summary.textContent = `Threads: all ${String(boxes.length)}`;
  return element(
    'details',
    { class: 'thread-filter' },
    summary,
    element('div', { class: 'row' }, find, button('All', {}, setAll(true)), button('None', {}, setAll(false))),
    list,
  );
}
