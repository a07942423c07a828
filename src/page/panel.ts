// A graph with what belongs to it: zoom, cursor, keys, tooltip, and a line that says what is not drawn. The graph itself is hidden
// from assistive technology; the panel takes the focus, and the bar of the picked frame is read out.

import { type Move, moveCursor } from './cursor-moves.ts';
import { describe, type Description } from './describe.ts';
import { element } from './dom.ts';
import { Graph } from './graph.ts';
import { scrollToCursor, scrollToRoot } from './graph-scroll.ts';
import type { Model } from './model.ts';
import { statusText } from './status-text.ts';
import type { Tooltip } from './tooltip.ts';
import type { WeighedTree } from './weights.ts';

export interface PanelEvents {
  /** The cursor or the zoom has changed. */
  readonly onChange: (panel: Panel) => void;
}

export class Panel {
  readonly element: HTMLElement;
  readonly graph: Graph;
  readonly #model: Model;
  readonly #tooltip: Tooltip;
  readonly #events: PanelEvents;
  readonly #base: 0 | 1;
  /** Bounded in height: a graph higher than it scrolls in it. */
  readonly #place: HTMLElement;
  readonly #status = element('p', { class: 'status muted' });
  #shown: WeighedTree | null = null;
  #focus: number;
  #cursor: number | null = null;
  #isIcicle: boolean;
  #matches: Uint8Array | null = null;

  /** `base`: the node its graph begins with. */
  constructor(model: Model, label: string, base: 0 | 1, isIcicle: boolean, tooltip: Tooltip, events: PanelEvents) {
    this.#model = model;
    this.#tooltip = tooltip;
    this.#events = events;
    this.#base = base;
    this.#focus = base;
    this.#isIcicle = isIcicle;
    this.graph = new Graph(model, label, {
      onPick: (node, isTouch) => this.#pick(node, isTouch),
      onPoint: (node, event) => this.#point(node, event),
    });
    this.#place = element(
      'div',
      { class: 'graph-frame', tabindex: 0, role: 'application', 'aria-roledescription': 'flame graph', 'aria-label': `${label}: arrow keys go from frame to frame, Enter zooms, S shows callers and callees` }, // prettier-ignore
      this.graph.element,
    );
    this.#place.addEventListener('keydown', (event) => this.#key(event));
    this.element = element('section', { class: 'panel' }, this.#place, this.#status);
    new ResizeObserver(() => this.#resized()).observe(this.graph.element);
  }

  get shown(): WeighedTree | null {
    return this.#shown;
  }
  get focus(): number {
    return this.#focus;
  }
  get cursor(): number | null {
    return this.#cursor;
  }
  get isZoomed(): boolean {
    return this.#focus !== this.#base;
  }

  /** The node at the cursor in words; null: there is none. */
  describeCursor(): Description | null {
    if (this.#cursor === null || this.#shown === null) return null;
    return describe(this.#model, this.#shown, this.#cursor, this.#base, this.#focus);
  }

  /** Another selection of samples; zoom and cursor stay where the tree is the same and there is something left to see. */
  set(shown: WeighedTree): void {
    const isSameTree = this.#shown?.tree === shown.tree;
    if (!isSameTree || (shown.weights.total[this.#focus] ?? 0) === 0) this.#focus = this.#base;
    if (!isSameTree) this.#cursor = null;
    this.#shown = shown;
    this.#update();
  }

  zoom(node: number): void {
    this.#cursor = node;
    this.#focus = node;
    this.#tooltip.hide();
    this.#update();
    this.#events.onChange(this);
  }

  reset(): void {
    this.#focus = this.#base;
    this.#cursor = null;
    this.#update();
    this.#scroll();
    this.#events.onChange(this);
  }

  orient(isIcicle: boolean): void {
    this.#isIcicle = isIcicle;
    this.#update();
  }

  search(matches: Uint8Array | null): void {
    this.#matches = matches;
    this.#update();
  }

  /** For the width there is now. */
  draw(): void {
    this.graph.draw();
    this.#scroll();
  }

  #update(): void {
    if (this.#shown === null) return;
    const isDrawn = this.graph.show({
      shown: this.#shown,
      base: this.#base,
      focus: this.#focus,
      isIcicle: this.#isIcicle,
      matches: this.#matches,
      cursor: this.#cursor,
    });
    if (isDrawn) this.#scroll();
    if (this.graph.view !== null) this.#status.textContent = statusText(this.graph.view, this.#shown.weights.total[0] ?? 0);
  }

  #scroll(): void {
    scrollToRoot(this.#place, this.#isIcicle);
    scrollToCursor(this.#place);
  }

  #resized(): void {
    if (this.graph.element.clientWidth > 0 && this.#shown !== null && this.graph.isOfOtherWidth()) this.draw();
  }

  /** A tap picks, a second one zooms; a click does both. */
  #pick(node: number, isTouch: boolean): void {
    if (isTouch && this.#cursor !== node) this.#moveTo(node);
    else this.zoom(node);
  }

  #moveTo(node: number): void {
    this.#cursor = node;
    this.#update();
    this.#events.onChange(this);
  }

  #point(node: number | null, event: MouseEvent): void {
    if (node === null || this.#shown === null) this.#tooltip.hide();
    else this.#tooltip.show(describe(this.#model, this.#shown, node, this.#base, this.#focus), event);
  }

  #key(event: KeyboardEvent): void {
    const view = this.graph.view;
    if (view === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Readonly<Record<string, Move>> = {
      ArrowUp: this.#isIcicle ? 'caller' : 'callee',
      ArrowDown: this.#isIcicle ? 'callee' : 'caller',
      ArrowLeft: 'before',
      ArrowRight: 'after',
    };
    const move = moves[event.key];
    if (move !== undefined) {
      this.#moveTo(moveCursor(view, this.#cursor, move));
      scrollToCursor(this.#place);
    } else if (event.key === 'Enter' && this.#cursor !== null) this.zoom(this.#cursor);
    else if (event.key === 'Home') this.reset();
    else return;
    event.preventDefault();
  }
}
