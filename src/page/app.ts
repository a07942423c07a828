// The page as a whole: holds which samples are shown, puts the parts in their place, and tells each when something changes.

import { changesTables } from './changes-table.ts';
import { copyText } from './clipboard.ts';
import { type Command, commandsOf } from './commands.ts';
import { element } from './dom.ts';
import { factsPanel } from './facts-panel.ts';
import { Finder } from './finder.ts';
import { foldedText } from './folded-text.ts';
import { Graphs } from './graphs.ts';
import { HottestTable } from './hottest-table.ts';
import { listenForKeys, showKeys } from './keys.ts';
import { legendOf } from './legend.ts';
import { methodsOf } from './methods.ts';
import { type Model, nodeName, weighed } from './model.ts';
import { pageHead } from './page-head.ts';
import { PickedBar } from './picked-bar.ts';
import { SampleFilters } from './sample-filters.ts';
import { type Amount, selectionText } from './selection-text.ts';
import { startTheme } from './theme.ts';
import { Toolbar } from './toolbar.ts';
import { type Filter, NO_FILTER, type WeighedTree } from './weights.ts';

export class App {
  readonly #model: Model;
  readonly #finder: Finder;
  readonly #graphs: Graphs;
  readonly #picked: PickedBar;
  readonly #hottest: HottestTable;
  readonly #filters: SampleFilters;
  readonly #commands: readonly Command[];
  readonly #sum = element('p', { class: 'sum', 'aria-live': 'polite' });
  #filter: Filter = NO_FILTER;
  #side: 0 | 1;
  #whole: WeighedTree;
  /** What the table is of. */
  #tabled: { readonly whole: WeighedTree; readonly focus: number } | null = null;

  constructor(model: Model) {
    this.#model = model;
    this.#side = model.data.differential === null ? 0 : 1;
    this.#whole = weighed(model, this.#filter, this.#side);
    this.#graphs = new Graphs(model, this.#whole, () => this.#tellAll());
    this.#finder = new Finder(model, (matches) => {
      this.#graphs.search(matches);
      this.#finder.tell(this.#graphs.main);
    });
    this.#picked = new PickedBar({
      zoom: () => this.#graphs.zoomToPicked(),
      sandwich: () => this.#sandwichPicked(),
      copyName: () => void this.#copyName(),
    });
    this.#hottest = new HottestTable(model, (frame) => this.#graphs.enterSandwich(frame));
    this.#filters = new SampleFilters(model, (filter) => this.#reweigh(filter, this.#side));
    this.#commands = this.#makeCommands();
  }

  mount(page: HTMLElement): void {
    const { data } = this.#model;
    const toolbar = new Toolbar(this.#commands);
    page.append(
      pageHead(data, this.#sum),
      element('div', { class: 'controls' }, this.#finder.box.element, toolbar.element),
      ...this.#filters.elements,
      legendOf(this.#model),
      ...this.#graphs.elements,
      this.#picked.element,
      ...changesTables(this.#model, (frame) => this.#graphs.enterSandwich(frame)),
      element('div', { class: 'below' }, this.#hottest.element, factsPanel(data)),
      this.#graphs.tooltip.element,
    );
    listenForKeys(this.#commands, (command) => toolbar.run(command));
    this.#graphs.set(this.#whole);
  }

  #makeCommands(): readonly Command[] {
    const graphs = this.#graphs;
    const deeds = {
      focusSearch: () => this.#finder.box.focus(),
      escape: () => this.#escape(),
      sandwichPicked: () => this.#sandwichPicked(),
      reset: () => this.#reset(),
      invert: () => graphs.invert(),
      isInverted: () => graphs.isInverted,
      flip: () => graphs.flip(),
      isFlipped: () => graphs.isFlipped,
      swapSides: () => this.#reweigh(this.#filter, this.#side === 0 ? 1 : 0),
      isOfBefore: () => this.#side === 0,
      copyFolded: () => void this.#copyFolded(),
      switchTheme: startTheme(),
      showKeys: () => showKeys(this.#commands),
    };
    return commandsOf(deeds, this.#model.data.differential);
  }

  #reweigh(filter: Filter, side: 0 | 1): void {
    this.#filter = filter;
    this.#side = side;
    this.#whole = weighed(this.#model, filter, side);
    this.#graphs.set(this.#whole);
  }

  #sandwichPicked(): void {
    const frame = this.#graphs.pickedFrame;
    if (frame >= 0) this.#graphs.enterSandwich(frame);
  }

  #reset(): void {
    this.#finder.clear();
    if (this.#graphs.isSandwich) this.#graphs.leaveSandwich();
    this.#graphs.zoomOut();
    this.#filters.clear();
  }

  #escape(): void {
    if (this.#finder.isActive) this.#finder.clear();
    else if (this.#graphs.isSandwich) this.#graphs.leaveSandwich();
    else this.#graphs.zoomOut();
  }

  // What is told in words.

  #tellAll(): void {
    this.#tabulate();
    this.#sum.textContent = this.#sumText();
    this.#picked.show(this.#graphs.active.describeCursor());
    this.#finder.tell(this.#graphs.main);
  }

  #sumText(): string {
    const { data } = this.#model;
    const { weights, other } = this.#whole;
    const amount = (side: 0 | 1): Amount => ({
      shown: (side === this.#side ? weights : other)?.total[0] ?? 0,
      all: data.rows.weight.reduce((sum, weight, row) => sum + (data.rows.side[row] === side ? weight : 0), 0),
    });
    if (data.differential === null) return selectionText(data, amount(0), this.#filter);
    return `${selectionText(data, amount(1), this.#filter, amount(0))}, widths of ${sideName(this.#side)}`;
  }

  /** Only when it is of something else: going through the graph with the arrow keys must not count all methods anew. */
  #tabulate(): void {
    const whole = this.#whole;
    const { focus } = this.#graphs;
    if (this.#tabled?.whole === whole && this.#tabled.focus === focus) return;
    this.#tabled = { whole, focus };
    const { tree, weights } = whole;
    const methods = methodsOf(tree, weights, this.#model.names.length, focus);
    const { differential } = this.#model.data;
    const side = sideName(this.#side);
    this.#hottest.show(methods, weights.total[focus] ?? 0, {
      profile: differential === null ? '' : `${side} (${differential[side]})`,
      zoomed: focus === 0 ? '' : nodeName(this.#model, tree, focus),
    });
  }

  async #copyFolded(): Promise<void> {
    const panel = this.#graphs.main;
    if (panel.shown === null) return;
    const { text, isWhole } = foldedText(this.#model, panel.shown.tree, panel.shown.weights, panel.focus);
    const told = await copyText(text);
    this.#finder.box.tell(isWhole ? told : `${told} Only the beginning: there is too much text.`, !isWhole);
  }

  async #copyName(): Promise<void> {
    this.#finder.box.tell(await copyText(this.#model.names[this.#graphs.pickedFrame] ?? 'all'), false);
  }
}

function sideName(side: 0 | 1): 'before' | 'after' {
  return side === 0 ? 'before' : 'after';
}
