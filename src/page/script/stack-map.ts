// A map keyed by a stack as a flame graph of its own: search, zoom, inverted, callers and callees as on the page of a profile.

import type { PageData } from '../../outputs/page-data.ts';
import { copyText } from '../clipboard.ts';
import type { Command } from '../commands.ts';
import { element } from '../dom.ts';
import { Finder } from '../finder.ts';
import { foldedText } from '../folded-text.ts';
import { Graphs } from '../graphs.ts';
import { legendOf } from '../legend.ts';
import { type Model, modelOf, weighed } from '../model.ts';
import { weightText } from '../numbers.ts';
import { PickedBar } from '../picked-bar.ts';
import { Toolbar } from '../toolbar.ts';
import type { Tooltip } from '../tooltip.ts';
import { NO_FILTER, type WeighedTree } from '../weights.ts';

export class StackMap {
  readonly element: HTMLElement;
  readonly #model: Model;
  readonly #whole: WeighedTree;
  readonly #graphs: Graphs;
  readonly #finder: Finder;
  readonly #picked: PickedBar;

  /** `index`: its place on the page, for ids. */
  constructor(data: PageData, index: number, tooltip: Tooltip) {
    this.#model = modelOf(data);
    this.#whole = weighed(this.#model, NO_FILTER, 0);
    this.#graphs = new Graphs(this.#model, this.#whole, () => this.#tell(), tooltip);
    this.#finder = new Finder(this.#model, (matches) => {
      this.#graphs.search(matches);
      this.#finder.tell(this.#graphs.main);
    }, `-${String(index)}`); // prettier-ignore
    this.#picked = new PickedBar({
      zoom: () => this.#graphs.zoomToPicked(),
      sandwich: () => this.#sandwich(),
      copyName: () => void this.#copy(this.#model.names[this.#graphs.pickedFrame] ?? 'all', true),
    });
    const total = weightText(this.#whole.weights.total[0] ?? 0, data.unit);
    this.element = element(
      'div',
      { class: 'stack-map' },
      element('p', { class: 'muted' }, total),
      element('div', { class: 'controls' }, this.#finder.box.element, new Toolbar(this.#commands()).element),
      legendOf(this.#model),
      ...this.#graphs.elements,
      this.#picked.element,
    );
    this.element.addEventListener('keydown', (event) => this.#key(event));
  }

  /** For the width there is: to be called when the element has its place. */
  draw(): void {
    this.#graphs.set(this.#whole);
  }

  #commands(): readonly Command[] {
    const graphs = this.#graphs;
    const command = (label: string, title: string, run: () => void, isOn: (() => boolean) | null = null): Command => ({ key: null, does: '', button: { label, title, isOn }, run }); // prettier-ignore
    return [
      command('Reset', 'No zoom, no search', () => this.#reset()),
      command('Invert', 'Inverted call tree: first what was called last, then who called it', () => graphs.invert(), () => graphs.isInverted),
      command('Flip', 'Upside down: the graph grows upwards', () => graphs.flip(), () => graphs.isFlipped),
      command('Copy folded', 'The stacks shown, one per line', () => void this.#copyFolded()),
    ]; // prettier-ignore
  }

  #tell(): void {
    this.#picked.show(this.#graphs.active.describeCursor());
    this.#finder.tell(this.#graphs.main);
  }

  #sandwich(): void {
    const frame = this.#graphs.pickedFrame;
    if (frame >= 0) this.#graphs.enterSandwich(frame);
  }

  #reset(): void {
    this.#finder.clear();
    if (this.#graphs.isSandwich) this.#graphs.leaveSandwich();
    this.#graphs.zoomOut();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isField = event.target instanceof HTMLInputElement;
    if (event.key === 'Escape' && this.#finder.isActive) this.#finder.clear();
    else if (event.key === 'Escape' && this.#graphs.isSandwich) this.#graphs.leaveSandwich();
    else if (event.key === 'Escape') this.#graphs.zoomOut();
    else if (event.key.toLowerCase() === 's' && !isField) this.#sandwich();
    else return;
    event.preventDefault();
  }

  async #copyFolded(): Promise<void> {
    const panel = this.#graphs.main;
    if (panel.shown === null) return;
    const { text, isWhole } = foldedText(this.#model, panel.shown.tree, panel.shown.weights, panel.focus);
    await this.#copy(text, isWhole);
  }

  async #copy(text: string, isWhole: boolean): Promise<void> {
    const told = await copyText(text);
    this.#finder.box.tell(isWhole ? told : `${told} Only the beginning: there is too much text.`, !isWhole);
  }
}
