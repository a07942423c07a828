// Keys that work anywhere on the page, and the list of them.

import type { Command } from './commands.ts';
import { button, element } from './dom.ts';
import { SEARCH_ID } from './search-box.ts';

/** Keys of the graph itself, for the list. */
const GRAPH_KEYS: readonly (readonly [string, string])[] = [
  ['← → ↑ ↓', 'in the graph: go from frame to frame'],
  ['Enter', 'in the graph: zoom to the frame'],
  ['Home', 'in the graph: zoom out'],
];

/** Listens; typing into a field is left alone, but for Escape. */
export function listenForKeys(commands: readonly Command[], run: (command: Command) => void): void {
  document.addEventListener('keydown', (event) => {
    if (event.altKey || document.querySelector('dialog[open]') !== null) return;
    const target = event.target;
    const isField = target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'range';
    // In the field, Ctrl-F is the browser's own; Escape leaves the search, in another field it is the browser's, too.
    if (isField && (event.key !== 'Escape' || target.id !== SEARCH_ID)) return;
    const pressed = keyOf(event);
    const command = commands.find(({ key }) => key !== null && key === pressed);
    if (command === undefined) return;
    event.preventDefault();
    run(command);
  });
}

function keyOf(event: KeyboardEvent): string | null {
  if (!event.ctrlKey && !event.metaKey) return event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.key === 'f' && !event.shiftKey ? '/' : null;
}

/** A window with the list. */
export function showKeys(commands: readonly Command[]): void {
  const list = element('dl', { class: 'keys' });
  const rows = commands.flatMap(({ key, does }) =>
    key === null ? [] : [[key.length === 1 ? key.toUpperCase() : key, does] as const],
  );
  for (const [key, does] of [...GRAPH_KEYS, ...rows])
    list.append(element('dt', {}, element('kbd', {}, key)), element('dd', {}, does));
  const dialog = element('dialog', { 'aria-label': 'Keys' }, element('h2', {}, 'Keys'), list);
  dialog.append(button('Close', {}, () => dialog.close()));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
