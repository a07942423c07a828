// Search as the page does it: what was typed, which frames match, and what share of the graph looked at has one.

import type { Model } from './model.ts';
import { countText, shareText } from './numbers.ts';
import type { Panel } from './panel.ts';
import { SearchBox } from './search-box.ts';
import { matchedWeight, matchFrames, parseQuery } from './search.ts';

export class Finder {
  readonly box: SearchBox;
  readonly #model: Model;
  readonly #onMatches: (matches: Uint8Array | null) => void;
  #typed = '';
  /** What was typed is no name but matches as a regular expression. */
  #isExpression = false;
  #matches: Uint8Array | null = null;

  /** `onMatches`: by frame, 1 when it matches; null: nothing is searched for. `suffix`: as SearchBox's. */
  constructor(model: Model, onMatches: (matches: Uint8Array | null) => void, suffix = '') {
    this.#model = model;
    this.#onMatches = onMatches;
    this.box = new SearchBox((typed) => this.#find(typed), suffix);
  }

  get isActive(): boolean {
    return this.#typed.trim() !== '';
  }

  clear(): void {
    this.box.clear();
    this.#find('');
  }

  /** Says what share of what the panel shows matches. */
  tell(panel: Panel): void {
    if (!this.isActive) this.box.tell('', false);
    if (!this.isActive || this.#matches === null || panel.shown === null) return;
    const { tree, weights } = panel.shown;
    const methods = this.#matches.reduce((sum, match) => sum + match, 0);
    const share = shareText(matchedWeight(tree, weights.total, panel.focus, this.#matches), weights.total[panel.focus] ?? 0);
    const all = this.#model.data.unit === 'samples' ? 'samples' : 'all';
    const of = panel.isZoomed ? `${all} of the frame zoomed to` : all;
    const how = this.#isExpression ? ', as a regular expression' : '';
    const found = `${share} of ${of}, ${countText(methods)} ${methods === 1 ? 'method' : 'methods'}${how}`;
    this.box.tell(methods === 0 ? 'No method matches.' : found, false);
  }

  #find(typed: string): void {
    this.#typed = typed;
    const query = parseQuery(typed);
    this.#isExpression = false;
    this.#matches = query.kind === 'test' ? matchFrames(query.test, this.#model.names) : null;
    if (query.kind === 'test' && query.otherwise !== null && this.#matches?.includes(1) === false) {
      this.#matches = matchFrames(query.otherwise, this.#model.names);
      this.#isExpression = true;
    }
    this.#onMatches(this.#matches);
    if (query.kind === 'bad') this.box.tell(`No regular expression: ${query.problem}`, true);
  }
}
