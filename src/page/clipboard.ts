// Text to the clipboard; where the browser does not let a page, the text to copy by hand.

import { button, element } from './dom.ts';

/** What to tell of it. */
export async function copyText(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return 'Copied.';
  } catch {
    showToCopy(text);
    return 'The browser does not let this page copy: take the text from the window.';
  }
}

function showToCopy(text: string): void {
  const area = element('textarea', { readonly: true, rows: 20, 'aria-label': 'Text to copy' });
  area.value = text;
  const dialog = element('dialog', {}, area);
  dialog.append(button('Close', {}, () => dialog.close()));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  area.select();
}
