// The page as a whole: holds what is shown (threads, time, search, sandwich, direction) and tells each part when that changes.

import { copyText } from './clipboard.ts';
import { type Command, commandsOf } from './commands.ts';
import { element } from './dom.ts';
import { factsPanel } from './facts-panel.ts';
import { Finder } from './finder.ts';
import { foldedText } from './folded-text.ts';
import { HottestTable } from './hottest-table.ts';
import { invertedOf } from './inverted.ts';
import { listenForKeys, showKeys } from './keys.ts';
import { legendOf } from './legend.ts';
import { methodsOf } from './methods.ts';
import { type Model, nodeName, weighed } from './model.ts';
import { pageHead } from './page-head.ts';
import { Panel } from './panel.ts';
import { PickedBar } from './picked-bar.ts';
import { SandwichView } from './sandwich-view.ts';
import { SampleFilters } from './sample-filters.ts';
import { selectionText } from './selection-text.ts';
import { startTheme } from './theme.ts';
import { Toolbar } from './toolbar.ts';
import { Tooltip } from './tooltip.ts';
import { type Filter, NO_FILTER, type WeighedTree } from './weights.ts';

export class App {
  readonly #model: Model;
  readonly #tooltip = new Tooltip();
  readonly #finder: Finder;
  readonly #graph: Panel;
  readonly #sandwich: SandwichView;
  readonly #picked: PickedBar;
  readonly #hottest: HottestTable;
  readonly #filters: SampleFilters;
  readonly #commands: readonly Command[];
  readonly #sum = element('p', { class: 'sum', 'aria-live': 'polite' });
  #filter: Filter = NO_FILTER;
  #side: 0 | 1;
  #isIcicle = true;
  #isInverted = false;
  #whole: WeighedTree;
  /** The panel whose cursor the bar tells of. */
  #active: Panel;
  /** What the table is of. */
  #tabled: { readonly whole: WeighedTree; readonly focus: number } | null = null;

  constructor(model: Model) {
    const { data } = model;
    this.#model = model;
    this.#side = data.differential === null ? 0 : 1;
    this.#whole = weighed(model, this.#filter, this.#side);
    this.#finder = new Finder(model, (matches) => {
      this.#graph.search(matches);
      this.#sandwich.search(matches);
      this.#finder.tell(this.#main);
    });
    const events = { onChange: (panel: Panel) => this.#picking(panel) };
    this.#graph = new Panel(model, 'Flame graph', 0, this.#isIcicle, this.#tooltip, events);
    this.#sandwich = new SandwichView(model, this.#tooltip, events, () => this.#leaveSandwich());
    this.#active = this.#graph;
    this.#picked = new PickedBar({
      zoom: () => {
        if (this.#active.cursor !== null) this.#active.zoom(this.#active.cursor);
      },
      sandwich: () => this.#sandwichPicked(),
      copyName: () => void this.#copyName(),
    });
    this.#hottest = new HottestTable(model, (frame) => this.#enterSandwich(frame));
    this.#filters = new SampleFilters(model, (filter) => this.#refilter(filter));
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
      this.#graph.element,
      this.#sandwich.element,
      this.#picked.element,
      element('div', { class: 'below' }, this.#hottest.element, factsPanel(data.facts)),
      this.#tooltip.element,
    );
    listenForKeys(this.#commands, (command) => toolbar.run(command));
    this.#reshow();
  }

  #makeCommands(): readonly Command[] {
    const deeds = {
      focusSearch: () => this.#finder.box.focus(),
      escape: () => this.#escape(),
      sandwichPicked: () => this.#sandwichPicked(),
      reset: () => this.#reset(),
      invert: () => {
        this.#isInverted = !this.#isInverted;
        if (this.#sandwich.isOpen) this.#leaveSandwich();
        this.#reshow();
      },
      isInverted: () => this.#isInverted,
      flip: () => {
        this.#isIcicle = !this.#isIcicle;
        this.#graph.orient(this.#isIcicle);
      },
      isFlipped: () => !this.#isIcicle,
      swapSides: () => {
        this.#side = this.#side === 0 ? 1 : 0;
        this.#refilter(this.#filter);
      },
      isOfBefore: () => this.#side === 0,
      copyFolded: () => void this.#copyFolded(),
      switchTheme: startTheme(),
      showKeys: () => showKeys(this.#commands),
    };
    return commandsOf(deeds, this.#model.data.differential);
  }

  // What changes the samples.

  #refilter(filter: Filter): void {
    this.#filter = filter;
    this.#whole = weighed(this.#model, this.#filter, this.#side);
    this.#reshow();
  }

  #reshow(): void {
    this.#graph.set(this.#isInverted ? invertedOf(this.#whole) : this.#whole);
    this.#sandwich.set(this.#whole);
    this.#tellAll();
  }

  // What changes the picture.

  #picking(panel: Panel): void {
    this.#active = panel;
    this.#tellAll();
  }

  #enterSandwich(frame: number): void {
    this.#graph.element.hidden = true;
    this.#sandwich.enter(this.#whole, frame);
    this.#active = this.#sandwich.callees;
    this.#tellAll();
    this.#sandwich.element.scrollIntoView({ block: 'start' });
  }

  #sandwichPicked(): void {
    const { cursor, shown } = this.#active;
    const frame = cursor === null ? -1 : (shown?.tree.frame[cursor] ?? -1);
    if (frame >= 0) this.#enterSandwich(frame);
  }

  #leaveSandwich(): void {
    this.#sandwich.leave();
    this.#graph.element.hidden = false;
    this.#graph.graph.draw();
    this.#active = this.#graph;
    this.#tellAll();
  }

  #reset(): void {
    this.#finder.clear();
    if (this.#sandwich.isOpen) this.#leaveSandwich();
    this.#graph.reset();
    this.#filters.clear();
  }

  #escape(): void {
    if (this.#finder.isActive) this.#finder.clear();
    else if (this.#sandwich.isOpen) this.#leaveSandwich();
    else this.#graph.reset();
  }

  // What is told in words.

  #tellAll(): void {
    this.#tabulate();
    const { data } = this.#model;
    const all = data.rows.weight.reduce((sum, weight, row) => sum + (data.rows.side[row] === this.#side ? weight : 0), 0);
    this.#sum.textContent = selectionText(data, this.#whole.weights.total[0] ?? 0, all, this.#filter);
    this.#picked.show(this.#active.describeCursor());
    this.#finder.tell(this.#main);
  }

  /** Only when it is of something else: going through the graph with the arrow keys must not count all methods anew. */
  #tabulate(): void {
    const whole = this.#whole;
    const focus = this.#isInverted ? 0 : this.#graph.focus;
    if (this.#tabled?.whole === whole && this.#tabled.focus === focus) return;
    this.#tabled = { whole, focus };
    const { tree, weights } = whole;
    const methods = methodsOf(tree, weights, this.#model.names.length, focus);
    this.#hottest.show(methods, weights.total[focus] ?? 0, focus === 0 ? '' : nodeName(this.#model, tree, focus));
  }

  /** The graph that search and copy are about: of a sandwich, the callees. */
  get #main(): Panel {
    return this.#sandwich.isOpen ? this.#sandwich.callees : this.#graph;
  }

  async #copyFolded(): Promise<void> {
    const panel = this.#main;
    if (panel.shown === null) return;
    const { text, isWhole } = foldedText(this.#model, panel.shown.tree, panel.shown.weights, panel.focus);
    const told = await copyText(text);
    this.#finder.box.tell(isWhole ? told : `${told} Only the beginning: there is too much text.`, !isWhole);
  }

  async #copyName(): Promise<void> {
    const { cursor, shown } = this.#active;
    const frame = cursor === null ? -1 : (shown?.tree.frame[cursor] ?? -1);
    this.#finder.box.tell(await copyText(this.#model.names[frame] ?? 'all'), false);
  }
}
