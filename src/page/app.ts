// The page as a whole: holds what is shown (threads, time, search, sandwich, direction) and tells each part when that changes.

import { changesTables } from './changes-table.ts';
import { copyText } from './clipboard.ts';
import { element } from './dom.ts';
import { factsPanel } from './facts-panel.ts';
import { Finder } from './finder.ts';
import { foldedText } from './folded-text.ts';
import { HottestTable } from './hottest-table.ts';
import { listenForKeys, type Shortcut, showKeys } from './keys.ts';
import { legendOf } from './legend.ts';
import { methodsOf } from './methods.ts';
import { type Model, weighed } from './model.ts';
import { shareText, weightText } from './numbers.ts';
import { Panel } from './panel.ts';
import { PickedBar } from './picked-bar.ts';
import { SandwichView } from './sandwich-view.ts';
import { startTheme } from './theme.ts';
import { threadFilter } from './thread-filter.ts';
import { TimeStrip } from './time-strip.ts';
import { type ToolAction, toolbar } from './toolbar.ts';
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
  readonly #strip: TimeStrip | null;
  readonly #sum = element('p', { class: 'sum', 'aria-live': 'polite' });
  readonly #switchTheme = startTheme();
  #filter: Filter = NO_FILTER;
  #side: 0 | 1 = 0;
  #isIcicle = true;
  #whole: WeighedTree;
  /** The panel whose cursor the bar tells of. */
  #active: Panel;

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
    this.#strip =
      data.time === null ? null : new TimeStrip(data, data.time, (range) => this.#refilter({ ...this.#filter, range }));
  }

  mount(page: HTMLElement): void {
    const { data } = this.#model;
    const threads = threadFilter(this.#model, (shown) => {
      this.#strip?.showThreads(shown);
      this.#refilter({ ...this.#filter, threads: shown });
    });
    const shortcuts = this.#shortcuts();
    const filters = [...(this.#strip === null ? [] : [this.#strip.element]), ...(threads === null ? [] : [threads])];
    page.append(
      element('header', {}, element('h1', {}, data.title === '' ? 'Flame graph' : data.title), this.#sum),
      element('div', { class: 'controls' }, this.#finder.box.element, toolbar(this.#actions(shortcuts))),
      ...filters,
      legendOf(this.#model),
      this.#graph.element,
      this.#sandwich.element,
      this.#picked.element,
      ...changesTables(this.#model, (frame) => this.#enterSandwich(frame)),
      element('div', { class: 'below' }, this.#hottest.element, factsPanel(data.facts)),
      this.#tooltip.element,
    );
    listenForKeys(shortcuts);
    this.#reshow();
  }

  #actions(shortcuts: readonly Shortcut[]): readonly ToolAction[] {
    const { differential } = this.#model.data;
    const sides = differential === null ? [] : [differential.before, differential.after];
    return [
      { label: 'Reset', title: 'Show all again (R)', run: () => this.#reset() },
      { label: 'Flame', title: 'Oldest frame at the bottom, or on top (I)', toggles: true, run: () => this.#invert() },
      ...(sides.length === 0
        ? []
        : [{ label: 'Widths of before', title: `Widths of ${sides[0] ?? ''}, not of ${sides[1] ?? ''} (D)`, toggles: true, run: () => this.#swapSides() }]), // prettier-ignore
      { label: 'Copy folded', title: 'The stacks shown, one per line', run: () => void this.#copyFolded() },
      { label: 'Theme', title: 'Dark or light (T)', run: this.#switchTheme },
      { label: 'Keys', title: 'What can be typed (?)', run: () => showKeys(shortcuts) },
    ];
  }

  #shortcuts(): readonly Shortcut[] {
    const press = (label: string) => (): void => {
      document.querySelector<HTMLButtonElement>(`.toolbar button[data-action="${label}"]`)?.click();
    };
    const list: Shortcut[] = [
      { key: '/', does: 'search', run: () => this.#finder.box.focus() },
      { key: 'Escape', does: 'clear the search, leave callers and callees, zoom out', run: () => this.#escape() },
      { key: 's', does: 'callers and callees of the picked frame', run: () => this.#sandwichPicked() },
      { key: 'r', does: 'show all again', run: press('Reset') },
      { key: 'i', does: 'oldest frame on top, or at the bottom', run: press('Flame') },
      { key: 't', does: 'dark or light', run: press('Theme') },
      { key: '?', does: 'this list', run: () => press('Keys')() },
    ];
    if (this.#model.data.differential !== null)
      list.push({ key: 'd', does: 'the other direction of the comparison', run: press('Widths of before') });
    return list;
  }

  // What changes the samples.

  #refilter(filter: Filter): void {
    this.#filter = filter;
    this.#whole = weighed(this.#model, this.#filter, this.#side);
    this.#reshow();
  }

  #swapSides(): void {
    this.#side = this.#side === 0 ? 1 : 0;
    this.#refilter(this.#filter);
  }

  #reshow(): void {
    this.#graph.set(this.#whole);
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
    if (this.#sandwich.isOpen) this.#leaveSandwich();
    this.#graph.reset();
  }

  #escape(): void {
    if (this.#finder.isActive) this.#finder.clear();
    else if (this.#sandwich.isOpen) this.#leaveSandwich();
    else this.#graph.reset();
  }

  #invert(): void {
    this.#isIcicle = !this.#isIcicle;
    this.#graph.orient(this.#isIcicle);
  }

  // What is told in words.

  #tellAll(): void {
    const { weights, tree } = this.#whole;
    const { data, names } = this.#model;
    const focus = this.#graph.focus;
    this.#hottest.show(methodsOf(tree, weights, names.length, focus), weights.total[focus] ?? 0);
    const all = data.rows.weight.reduce((sum, weight, row) => sum + (data.rows.side[row] === this.#side ? weight : 0), 0);
    const shown = weights.total[0] ?? 0;
    const part = shown === all ? '' : ` of ${weightText(all, data.unit)} (${shareText(shown, all)})`;
    this.#sum.textContent = `${weightText(shown, data.unit)}${part}`;
    this.#picked.show(this.#active.describeCursor());
    this.#finder.tell(this.#main);
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
