// What d3-flame-graph does and the page has no use for, taken out of d3's selections, which nothing else here uses: transitions (they
// cost 0.28 s even at a duration of 0: here a transition is the selection itself, and what it would do later is done at once), three
// listeners for every box (graph.ts has one for all), and two elements for the label of a box that is too narrow to have one.

import { selection } from 'd3-selection';

const SVG = 'http://www.w3.org/2000/svg';
let hasLabel: (datum: unknown) => boolean = () => true;

/** Must run after d3-flame-graph is loaded (its d3-transition sets methods replaced here). */
export function stillSelections(): void {
  const { prototype } = selection;
  const same = function (this: unknown): unknown {
    return this;
  };
  for (const name of ['transition', 'duration', 'ease', 'delay', 'on'] as const) prototype[name] = same;
  const { append, select } = prototype;
  prototype.append = function (name) {
    if (name !== 'foreignObject') return append.call(this, name);
    return select.call(this, function (datum) {
      return hasLabel(datum) ? this.appendChild(document.createElementNS(SVG, 'foreignObject')) : null;
    });
  };
}

/** Boxes that `draw` makes have a label where `test` of their datum says so. */
export function withLabelsWhere(test: (datum: unknown) => boolean, draw: () => void): void {
  hasLabel = test;
  draw();
}
