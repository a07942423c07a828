// d3-flame-graph animates every change, which costs more than drawing it (0.28 s even at a duration of 0): here a transition is the
// selection itself, and what it would do later is done at once.

import { selection } from 'd3-selection';

/** Must run after d3-flame-graph is loaded (its d3-transition sets the methods replaced here). */
export function stillTransitions(): void {
  const same = function (this: unknown): unknown {
    return this;
  };
  for (const name of ['transition', 'duration', 'ease', 'delay']) selection.prototype[name] = same;
}
