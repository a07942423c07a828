// One flame graph on the page: draws a view with d3-flame-graph, colours its boxes, and tells what box the pointer is on. Clicks
// are caught before d3-flame-graph sees them: it would draw all once for its own zoom, and the page once more for what is shown then.

import flamegraph, { type FlameGraph } from 'd3-flame-graph';
import { select } from 'd3-selection';
import { element, setAttribute } from './dom.ts';
import { changeStep } from './change.ts';
import { labelFor } from './labels.ts';
import { type Model, nodeName } from './model.ts';
import { stillTransitions } from './still-d3.ts';
import { type View, type ViewNode, viewOf } from './view.ts';
import type { WeighedTree } from './weights.ts';

const ROW_PX = 18;
/** Before it is laid out an element has no width. */
const LEAST_WIDTH_PX = 240;
const SHADES = 3;

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
  #chart: FlameGraph<ViewNode> | null = null;
  #scene: Scene | null = null;
  #view: View | null = null;
  #widthPx = 0;

  constructor(model: Model, label: string, events: GraphEvents) {
    this.#model = model;
    this.element = element('div', { class: 'graph', 'aria-label': label });
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
    for (const type of ['mouseover', 'mouseout']) this.element.addEventListener(type, (event) => event.stopPropagation(), true);
  }

  get view(): View | null {
    return this.#view;
  }

  /** The element is not as wide as the drawing any more. */
  isOfOtherWidth(): boolean {
    return this.#chart !== null && Math.max(LEAST_WIDTH_PX, this.element.clientWidth) !== this.#widthPx;
  }

  /** Draws anew when what is drawn has changed, else only colours. */
  show(scene: Scene): void {
    const before = this.#scene;
    this.#scene = scene;
    const isSame = before?.shown === scene.shown && before.focus === scene.focus && before.isIcicle === scene.isIcicle;
    if (!isSame) this.draw();
    else this.#colour(scene);
  }

  /** Draws for the width there is now. */
  draw(): void {
    const scene = this.#scene;
    if (scene === null) return;
    const { tree, weights } = scene.shown;
    const widthPx = Math.max(LEAST_WIDTH_PX, this.element.clientWidth);
    this.#widthPx = widthPx;
    setAttribute(this.element, 'data-icicle', scene.isIcicle ? '' : null);
    this.#view = viewOf(tree, weights.total, scene.base, scene.focus, widthPx);
    if (this.#chart === null) {
      stillTransitions();
      this.#chart = this.#newChart().width(widthPx).inverted(scene.isIcicle);
      select(this.element).datum(this.#view.root).call(this.#chart);
      const svg = this.element.querySelector('svg');
      if (svg !== null) setAttribute(svg, 'aria-hidden', 'true');
    } else {
      this.#chart.width(widthPx).inverted(scene.isIcicle).update(this.#view.root);
    }
    this.#colour(scene);
  }

  #newChart(): FlameGraph<ViewNode> {
    // With a tip of ours d3-flame-graph makes no <title> for every box.
    const noTip = Object.assign(() => undefined, { show: () => undefined, hide: () => undefined });
    return flamegraph<ViewNode>()
      .cellHeight(ROW_PX)
      .resetHeightOnZoom(true)
      .tooltip(noTip)
      .getName(({ data, x0, x1 }) => {
        const tree = this.#scene?.shown.tree;
        // Not asked of the element: that would lay out the page anew for every box.
        const widthPx = (x1 - x0) * this.#widthPx;
        return tree === undefined || widthPx < 35 ? '' : labelFor(nodeName(this.#model, tree, data.n), widthPx);
      });
  }

  /** Attributes of boxes that page.css gives colours. */
  #colour({ shown, matches, cursor, focus, base }: Scene): void {
    const { tree, weights, other } = shown;
    const { kinds, frames } = this.#model.data;
    for (const box of this.element.querySelectorAll('g.frame')) {
      const node = boxOf(box).data.n;
      const frame = tree.frame[node] ?? -1;
      const total = weights.total[node] ?? 0;
      setAttribute(box, 'data-kind', node === 0 ? 'all' : (kinds[tree.kind[node] ?? 0] ?? 'marker'));
      setAttribute(box, 'data-shade', String(frame % SHADES));
      setAttribute(box, 'data-near', 2 * (weights.approximate[node] ?? 0) > total ? '' : null);
      setAttribute(box, 'data-gap', frame >= 0 && frames.marker[frame] === 'native-gap' ? '' : null);
      setAttribute(box, 'data-match', frame >= 0 && matches?.[frame] === 1 ? '' : null);
      setAttribute(box, 'data-cursor', node === cursor ? '' : null);
      setAttribute(box, 'data-focus', node === focus && node !== base ? '' : null);
      setAttribute(box, 'data-change', other === null ? null : String(changeStep(weights, other, node)));
    }
  }
}

/** d3 keeps a box's datum on its element. */
function boxOf(group: Element): { readonly data: ViewNode } {
  return (group as unknown as { readonly __data__: { readonly data: ViewNode } }).__data__;
}
