// The row of buttons.

import { button, element } from './dom.ts';

export interface ToolAction {
  readonly label: string;
  readonly title: string;
  /** The button stays pressed. */
  readonly toggles?: boolean;
  readonly run: () => void;
}

export function toolbar(actions: readonly ToolAction[]): HTMLElement {
  const buttons = actions.map(({ label, title, toggles, run }) => {
    const made = button(label, { title, 'data-action': label, 'aria-pressed': toggles === true ? 'false' : false }, () => {
      if (toggles === true) made.setAttribute('aria-pressed', String(made.getAttribute('aria-pressed') !== 'true'));
      run();
    });
    return made;
  });
  return element('div', { class: 'toolbar', role: 'group', 'aria-label': 'View' }, ...buttons);
}
