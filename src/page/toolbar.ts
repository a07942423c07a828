// The row of buttons, and the way commands run: buttons that stay pressed follow, whether it was they or a key.

import type { Command } from './commands.ts';
import { button, element, setAttribute } from './dom.ts';

export class Toolbar {
  readonly element: HTMLElement;
  readonly #toggles: (() => void)[] = [];

  constructor(commands: readonly Command[]) {
    const buttons = commands.flatMap((command) => {
      if (command.button === null) return [];
      const { label, title, isOn } = command.button;
      const made = button(label, { title, 'data-action': label }, () => this.run(command));
      if (isOn !== null) this.#toggles.push(() => setAttribute(made, 'aria-pressed', String(isOn())));
      return [made];
    });
    this.element = element('div', { class: 'toolbar', role: 'group', 'aria-label': 'View' }, ...buttons);
    this.#follow();
  }

  run(command: Command): void {
    command.run();
    this.#follow();
  }

  #follow(): void {
    for (const toggle of this.#toggles) toggle();
  }
}
