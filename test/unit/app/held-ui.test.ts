// What a program put out before it was known to run.

import { expect, test } from 'vitest';
import { heldUi } from '../../../src/app/held-ui.ts';
import type { ScriptEvent } from '../../../src/model/script.ts';
import type { ScriptUi } from '../../../src/model/ui.ts';

function collecting(): { readonly ui: ScriptUi; readonly seen: string[] } {
  const seen: string[] = [];
  const none = (): void => undefined;
  return {
    seen,
    ui: {
      isLive: true,
      progress: none,
      message: (level, text) => seen.push(`${level} ${text}`),
      choose: none,
      summary: none,
      tree: none,
      problem: none,
      program: none,
      loaded: none,
      begin: none,
      script: (event) => seen.push(event.kind === 'text' ? event.text : event.kind),
      end: none,
    },
  };
}

const text = (of: string): ScriptEvent => ({ kind: 'text', text: of });

test('held until it is released, then in order, then at once', () => {
  const { ui, seen } = collecting();
  const held = heldUi(ui);
  held.ui.script(text('a'));
  held.ui.script(text('b'));
  held.ui.message('note', 'm');
  expect(seen).toEqual(['note m']);
  held.release();
  held.ui.script(text('c'));
  expect(seen).toEqual(['note m', 'a', 'b', 'c']);
  expect(held.ui.isLive).toBe(true);
});

test('what is not released is never shown', () => {
  const { ui, seen } = collecting();
  heldUi(ui).ui.script(text('of a program that the kernel refused'));
  expect(seen).toEqual([]);
});
