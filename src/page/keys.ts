// Keys that work anywhere on the page, and the list of them.

import { button, element } from './dom.ts';

export interface Shortcut {
  readonly key: string;
  readonly does: string;
  readonly run: () => void;
}

/** Keys of the graph itself, for the list. */
const GRAPH_KEYS: readonly (readonly [string, string])[] = [
  ['← → ↑ ↓', 'in the graph: go from frame to frame'],
  ['Enter', 'in the graph: zoom to the frame'],
  ['Home', 'in the graph: show all'],
];

/** Listens; typing into a field is left alone, but for Escape. */
export function listenForKeys(shortcuts: readonly Shortcut[]): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
    const target = event.target;
    const isTyping = target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'range';
    if (isTyping && event.key !== 'Escape') return;
    const shortcut = shortcuts.find(({ key }) => key === event.key);
    if (shortcut === undefined) return;
    event.preventDefault();
    shortcut.run();
  });
}

/** A window with the list. */
export function showKeys(shortcuts: readonly Shortcut[]): void {
  const list = element('dl', { class: 'keys' });
  for (const [key, does] of [...GRAPH_KEYS, ...shortcuts.map(({ key, does }) => [key, does] as const)])
    list.append(element('dt', {}, element('kbd', {}, key)), element('dd', {}, does));
  const dialog = element('dialog', { 'aria-label': 'Keys' }, element('h2', {}, 'Keys'), list);
  dialog.append(button('Close', {}, () => dialog.close()));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
