// A view → SVG, by d3-flame-graph. What it would do besides drawing (transitions, listeners, zoom of its own) is kept from it.

import flamegraph, { type Box, type FlameGraph } from 'd3-flame-graph';
import { select } from 'd3-selection';
import { setAttribute } from './dom.ts';
import { countText } from './numbers.ts';
import { stillSelections, withLabelsWhere } from './still-d3.ts';
import type { ViewNode } from './view.ts';

const ROW_PX = 18;
/** d3-flame-graph leaves room for a title, at the youngest frames' end. */
const TITLE_ROWS = 2;
/** Most height by width of a drawing on paper: made to fit one page, the text of a higher one could not be read. */
const MAX_PAPER_SHAPE = 1;
/** d3-flame-graph shows no label in a narrower box. */
const LEAST_LABEL_PX = 35;

export class Chart {
  readonly #element: HTMLElement;
  readonly #labelOf: (node: number, widthPx: number) => string;
  #chart: FlameGraph<ViewNode> | null = null;
  #widthPx = 0;

  /** `labelOf`: the text of a node's box. */
  constructor(element: HTMLElement, labelOf: (node: number, widthPx: number) => string) {
    this.#element = element;
    this.#labelOf = labelOf;
  }

  /** Of the last drawing; 0: there is none. */
  get widthPx(): number {
    return this.#widthPx;
  }

  draw(root: ViewNode, widthPx: number, isIcicle: boolean): void {
    this.#widthPx = widthPx;
    withLabelsWhere(
      (datum) => this.#boxPx(datum as Box<ViewNode>) >= LEAST_LABEL_PX,
      () => {
        if (this.#chart === null) {
          stillSelections();
          this.#chart = this.#newChart().width(widthPx).inverted(isIcicle);
          select(this.#element).datum(root).call(this.#chart);
        } else {
          this.#removeBoxes();
          this.#chart.width(widthPx).inverted(isIcicle).update(root);
        }
      },
    );
    this.#fitPaper(isIcicle);
  }

  #newChart(): FlameGraph<ViewNode> {
    // With a tip of ours d3-flame-graph makes no <title> for every box.
    const noTip = Object.assign(() => undefined, { show: () => undefined, hide: () => undefined });
    return flamegraph<ViewNode>()
      .cellHeight(ROW_PX)
      .resetHeightOnZoom(true)
      .tooltip(noTip)
      .getName((box) => (this.#boxPx(box) < LEAST_LABEL_PX ? '' : this.#labelOf(box.data.n, this.#boxPx(box))));
  }

  /** Not asked of the element: that would lay out the page anew for every box. */
  #boxPx({ x0, x1 }: Box<ViewNode>): number {
    return (x1 - x0) * this.#widthPx;
  }

  /** d3-flame-graph would use the elements of boxes without labels again for boxes that need one. */
  #removeBoxes(): void {
    for (const box of this.#element.querySelectorAll('g.frame')) box.remove();
  }

  /**
   * The drawing as a picture of a size of its own: paper has another width, and nothing draws anew for it (page.css). Of a high one the
   * levels next to the root are on paper, and it is said how many are not: the picture fills its place there, the rest is cut off.
   */
  #fitPaper(isIcicle: boolean): void {
    const svg = this.#element.querySelector('svg');
    if (svg === null) return;
    setAttribute(svg, 'aria-hidden', 'true');
    const heightPx = Number(svg.getAttribute('height') ?? 0) - TITLE_ROWS * ROW_PX;
    const topPx = isIcicle ? 0 : TITLE_ROWS * ROW_PX;
    setAttribute(svg, 'height', String(heightPx));
    setAttribute(svg, 'viewBox', `0 ${String(topPx)} ${String(this.#widthPx)} ${String(heightPx)}`);
    setAttribute(svg, 'preserveAspectRatio', isIcicle ? 'xMinYMin slice' : 'xMinYMax slice');
    const rows = Math.round(heightPx / ROW_PX);
    const rowsOnPaper = Math.min(rows, Math.floor((MAX_PAPER_SHAPE * this.#widthPx) / ROW_PX));
    this.#element.style.setProperty('--paper-shape', String(this.#widthPx / (rowsOnPaper * ROW_PX)));
    setAttribute(this.#element, 'data-off-paper', offPaperText(rows - rowsOnPaper));
  }
}

function offPaperText(levels: number): string | null {
  return levels === 0 ? null : `${countText(levels)} more ${levels === 1 ? 'level is' : 'levels are'} not on paper.`;
}
