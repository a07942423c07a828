// The graphs of the page and what is done to them: the whole tree, upright or inverted, either way up, or callers and callees of one
// method in its place. One of them has the cursor.

import { invertedOf } from './inverted.ts';
import type { Model } from './model.ts';
import { Panel } from './panel.ts';
import { SandwichView } from './sandwich-view.ts';
import { Tooltip } from './tooltip.ts';
import type { WeighedTree } from './weights.ts';

export class Graphs {
  readonly tooltip: Tooltip;
  readonly #whole: Panel;
  readonly #sandwich: SandwichView;
  readonly #onChange: () => void;
  #tree: WeighedTree;
  #active: Panel;
  #isIcicle = true;
  #isInverted = false;

  /** `onChange`: zoom, cursor or what is shown has changed. `tooltip`: one for all graphs of a page. */
  constructor(model: Model, tree: WeighedTree, onChange: () => void, tooltip = new Tooltip()) {
    this.tooltip = tooltip;
    this.#tree = tree;
    this.#onChange = onChange;
    const events = {
      onChange: (panel: Panel) => {
        this.#active = panel;
        onChange();
      },
    };
    this.#whole = new Panel(model, 'Flame graph', 0, this.#isIcicle, this.tooltip, events);
    this.#sandwich = new SandwichView(model, this.tooltip, events, () => this.leaveSandwich());
    this.#active = this.#whole;
  }

  get elements(): readonly HTMLElement[] {
    return [this.#whole.element, this.#sandwich.element];
  }
  /** The panel whose cursor is told of. */
  get active(): Panel {
    return this.#active;
  }
  /** The panel that search and copy are about: of a sandwich, the callees. */
  get main(): Panel {
    return this.#sandwich.isOpen ? this.#sandwich.callees : this.#whole;
  }
  get isSandwich(): boolean {
    return this.#sandwich.isOpen;
  }
  get isInverted(): boolean {
    return this.#isInverted;
  }
  get isFlipped(): boolean {
    return !this.#isIcicle;
  }
  /** Node of the upright tree that the whole graph is zoomed to; 0: none. */
  get focus(): number {
    return this.#isInverted ? 0 : this.#whole.focus;
  }
  /** Frame under the cursor; -1: none, or the box for all. */
  get pickedFrame(): number {
    const { cursor, shown } = this.#active;
    return cursor === null ? -1 : (shown?.tree.frame[cursor] ?? -1);
  }

  /** Other samples. */
  set(tree: WeighedTree): void {
    this.#tree = tree;
    this.#whole.set(this.#isInverted ? invertedOf(tree) : tree);
    this.#sandwich.set(tree);
    this.#onChange();
  }

  search(matches: Uint8Array | null): void {
    this.#whole.search(matches);
    this.#sandwich.search(matches);
  }

  zoomToPicked(): void {
    if (this.#active.cursor !== null) this.#active.zoom(this.#active.cursor);
  }

  zoomOut(): void {
    this.#whole.reset();
  }

  invert(): void {
    this.#isInverted = !this.#isInverted;
    if (this.#sandwich.isOpen) this.leaveSandwich();
    this.set(this.#tree);
  }

  flip(): void {
    this.#isIcicle = !this.#isIcicle;
    this.#whole.orient(this.#isIcicle);
  }

  /** Callers and callees of a frame, over all of the tree. */
  enterSandwich(frame: number): void {
    this.#whole.element.hidden = true;
    this.#sandwich.enter(this.#tree, frame);
    this.#active = this.#sandwich.callees;
    this.#onChange();
    this.#sandwich.element.scrollIntoView({ block: 'start' });
  }

  leaveSandwich(): void {
    this.#sandwich.leave();
    this.#whole.element.hidden = false;
    this.#whole.draw();
    this.#active = this.#whole;
    this.#onChange();
  }
}
