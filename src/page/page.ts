// The program of jtrace's pages, where it begins: data out of the page, then the page out of the data. What goes wrong is
// said on the page.

import './page.css';
import { App } from './app.ts';
import { decodeData } from './decode.ts';
import { element } from './dom.ts';
import { emptyPage } from './empty-page.ts';
import { factsPanel } from './facts-panel.ts';
import { modelOf } from './model.ts';
import { ScriptApp } from './script/script-app.ts';
import { startTheme } from './theme.ts';

async function start(page: HTMLElement): Promise<void> {
  const data = await decodeData(document.getElementById('data')?.textContent ?? '');
  if ('page' in data) {
    document.title = `${data.title} · jtrace`;
    new ScriptApp(data).mount(page);
    return;
  }
  document.title = data.title === '' ? 'jtrace flame graph' : `${data.title} · jtrace flame graph`;
  if (data.nodes.frame.length > 0) {
    new App(modelOf(data)).mount(page);
    return;
  }
  startTheme();
  page.append(element('header', {}, element('h1', {}, data.title === '' ? 'Flame graph' : data.title)));
  page.append(emptyPage(data.advice), factsPanel(data));
}

function fail(page: HTMLElement, error: unknown): void {
  const old =
    typeof DecompressionStream === 'undefined' ? ' This browser is too old: Chrome 92, Firefox 113 or Safari 16.4 can.' : '';
  page.append(element('p', { class: 'bad', role: 'alert' }, `The page cannot be shown.${old} ${String(error)}`));
}

const page = document.getElementById('page');
if (page !== null) {
  start(page)
    .catch((error: unknown) => fail(page, error))
    .finally(() => page.setAttribute('aria-busy', 'false'));
}
