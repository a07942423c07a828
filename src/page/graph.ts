// One flame graph on the page: draws a view, colours its boxes, and tells what box the pointer is on. Clicks are caught before
// d3-flame-graph sees them: it would draw all once for its own zoom, and the page once more for what is shown then.

import { colourBox } from './box-colours.ts';
import { Chart } from './chart.ts';
import { element, setAttribute } from './dom.ts';
import { labelFor } from './labels.ts';
import { type Model, nodeName } from './model.ts';
import { type View, type ViewNode, viewOf } from './view.ts';
import type { WeighedTree } from './weights.ts';

/** Before it is laid out an element has no width. */
const LEAST_WIDTH_PX = 240;

export interface GraphEvents {
  /** A box was clicked or tapped. */
  readonly onPick: (node: number, isTouch: boolean) => void;
  /** The pointer is on another box, or on none (null). */
  readonly onPoint: (node: number | null, event: MouseEvent) => void;
}

export interface Scene {
  readonly shown: WeighedTree;
  /** The node the graph begins with. */
  readonly base: number;
  readonly focus: number;
  /** Oldest frame on top. */
  readonly isIcicle: boolean;
  /** By frame: 1 when it is searched for; null: nothing is. */
  readonly matches: Uint8Array | null;
  /** Has the cursor; null: none. */
  readonly cursor: number | null;
}

export class Graph {
  readonly element: HTMLElement;
  readonly #model: Model;
  readonly #chart: Chart;
  #scene: Scene | null = null;
  #view: View | null = null;

  constructor(model: Model, label: string, events: GraphEvents) {
    this.#model = model;
    this.element = element('div', { class: 'graph', 'aria-label': label });
    this.#chart = new Chart(this.element, (node, widthPx) => {
      const tree = this.#scene?.shown.tree;
      return tree === undefined ? '' : labelFor(nodeName(model, tree, node), widthPx);
    });
    const nodeAt = (event: Event): number | null => {
      const box = event.target instanceof Element ? event.target.closest('g.frame') : null;
      return box === null ? null : boxOf(box).data.n;
    };
    this.element.addEventListener(
      'click',
      (event) => {
        event.stopPropagation();
        const node = nodeAt(event);
        if (node !== null) events.onPick(node, 'pointerType' in event && event.pointerType === 'touch');
      },
      true,
    );
    this.element.addEventListener('mousemove', (event) => events.onPoint(nodeAt(event), event));
    this.element.addEventListener('mouseleave', (event) => events.onPoint(null, event));
  }

  get view(): View | null {
    return this.#view;
  }

  /** The element is not as wide as the drawing any more. */
  isOfOtherWidth(): boolean {
    return this.#chart.widthPx > 0 && this.#widthNow() !== this.#chart.widthPx;
  }

  /** Draws anew when what is drawn has changed, else only colours; tells whether it drew. */
  show(scene: Scene): boolean {
    const before = this.#scene;
    this.#scene = scene;
    const isSame = before?.shown === scene.shown && before.focus === scene.focus && before.isIcicle === scene.isIcicle;
    if (!isSame) this.draw();
    else this.#colour(scene);
    return !isSame;
  }

  /** Draws for the width there is now. */
  draw(): void {
    const scene = this.#scene;
    if (scene === null) return;
    const { tree, weights } = scene.shown;
    const widthPx = this.#widthNow();
    setAttribute(this.element, 'data-icicle', scene.isIcicle ? '' : null);
    this.#view = viewOf(tree, weights.total, scene.base, scene.focus, widthPx);
    this.#chart.draw(this.#view.root, widthPx, scene.isIcicle);
    this.#colour(scene);
  }

  #widthNow(): number {
    return Math.max(LEAST_WIDTH_PX, this.element.clientWidth);
  }

  #colour({ shown, matches, cursor, focus, base }: Scene): void {
    const marks = { matches, cursor, zoomed: focus === base ? null : focus };
    for (const box of this.element.querySelectorAll('g.frame')) colourBox(box, boxOf(box).data.n, this.#model, shown, marks);
  }
}

/** d3 keeps a box's datum on its element. */
function boxOf(group: Element): { readonly data: ViewNode } {
  return (group as unknown as { readonly __data__: { readonly data: ViewNode } }).__data__;
}
