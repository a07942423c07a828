// The page of a bpftrace program's result: its maps, each as what it is best read as, then the program's text, what it wrote, and
// the facts.

import './script.css';
import type { ScriptPageData, ScriptPageMap } from '../../outputs/script/script-page-data.ts';
import { button, element } from '../dom.ts';
import { FACTS_ID, factsPanel } from '../facts-panel.ts';
import { startTheme } from '../theme.ts';
import { Tooltip } from '../tooltip.ts';
import { histogramBars } from './histogram-bars.ts';
import { MapTable } from './map-table.ts';
import { StackMap } from './stack-map.ts';

const PROGRAM_ID = 'program';
const OUTPUT_ID = 'output';

export class ScriptApp {
  readonly #data: ScriptPageData;
  readonly #tooltip = new Tooltip();
  /** Drawn when they have their place: their width is the page's. */
  readonly #stackMaps: StackMap[] = [];

  constructor(data: ScriptPageData) {
    this.#data = data;
  }

  mount(page: HTMLElement): void {
    const { maps, program, output, facts, warnings } = this.#data;
    const sections = maps.map((map, index) =>
      element('section', { class: 'map', 'aria-label': map.name }, element('h2', { id: mapId(index) }, map.name), ...this.#parts(map, index)),
    ); // prettier-ignore
    page.append(
      this.#head(),
      ...warnings.map((warning) => element('p', { class: 'bad', role: 'alert' }, warning)),
      ...(maps.length === 0 ? [element('p', { class: 'empty' }, 'The program left no map.')] : sections),
      ...(output.length === 0 ? [] : [linesOf('Output', OUTPUT_ID, output)]),
      element('div', { class: 'below' }, linesOf('Program', PROGRAM_ID, program), factsPanel({ facts, reasons: [] }, 'Run')),
      this.#tooltip.element,
    );
    for (const map of this.#stackMaps) map.draw();
  }

  #head(): HTMLElement {
    const { title, subtitle, maps, output } = this.#data;
    const links = [
      ...maps.map(({ name }, index) => [mapId(index), name] as const),
      ...(output.length === 0 ? [] : [[OUTPUT_ID, 'Output'] as const]),
      [PROGRAM_ID, 'Program'] as const,
      [FACTS_ID, 'Run'] as const,
    ];
    return element(
      'header',
      {},
      element('h1', {}, title),
      element('p', { class: 'sum' }, subtitle),
      element('nav', { 'aria-label': 'On this page' }, ...links.map(([id, text]) => element('a', { href: `#${id}` }, text))),
      button('Theme', { title: 'Dark or light', class: 'theme' }, startTheme()),
    );
  }

  #parts(map: ScriptPageMap, index: number): readonly HTMLElement[] {
    const note = map.note === '' ? [] : [element('p', { class: 'muted' }, map.note)];
    switch (map.kind) {
      case 'graph': {
        const drawn = new StackMap(map.data, index, this.#tooltip);
        this.#stackMaps.push(drawn);
        return [drawn.element, ...note];
      }
      case 'histograms':
        return [element('div', { class: 'histograms' }, ...map.histograms.map(histogramBars)), ...note];
      case 'table':
        return [new MapTable(map).element, ...note];
      default:
        return map satisfies never;
    }
  }
}

function mapId(index: number): string {
  return `map-${String(index)}`;
}

/** Lines as they are, wide ones to be scrolled. */
function linesOf(title: string, id: string, lines: readonly string[]): HTMLElement {
  return element(
    'section',
    { class: 'lines', 'aria-label': title },
    element('h2', { id }, title),
    element('pre', { tabindex: 0 }, lines.join('\n')),
  );
}
