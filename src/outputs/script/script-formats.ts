// The files that `jtrace run -o` writes at the end of a program, and which one a file name asks for.

import type { RenderResources } from '../format.ts';
import { formatByEnding } from '../formats.ts';
import { pageHtml } from '../page.ts';
import { PIPE_LOOK } from './map-text.ts';
import { annotatedLevel, foldedProblem, scriptFoldedLines } from './script-folded.ts';
import { scriptPageDataOf } from './script-page.ts';
import type { ScriptResult } from '../../model/script-result.ts';
import { mapsText } from './script-text.ts';

export interface ScriptFormat {
  /** One word, as the summary shows it. */
  readonly name: string;
  /** Of file names, the usual one first. */
  readonly endings: readonly string[];
  /** One line for help and docs: what reads it. */
  readonly does: string;
  /** Why this result cannot be written so, one line; null: it can. */
  readonly problem: (result: ScriptResult) => string | null;
  /** The file in pieces. Pure; the same result gives the same bytes. */
  readonly render: (result: ScriptResult, resources: RenderResources) => Iterable<string>;
}

const PAGE: ScriptFormat = {
  name: 'page',
  endings: ['.html'],
  does: 'flame graphs, bar charts and tables in one file: any browser',
  problem: () => null,
  render: (result, resources) => pageHtml(scriptPageDataOf(result), resources.pageAssets()),
};

const FOLDED: ScriptFormat = {
  name: 'folded',
  endings: ['.folded', '.collapsed'],
  does: 'one line per stack of maps keyed by a stack: flamegraph.pl, inferno, speedscope',
  problem: foldedProblem,
  render: function* (result) {
    for (const line of scriptFoldedLines(result)) yield `${line}\n`;
  },
};

const FOLDED_KINDS: ScriptFormat = {
  name: 'folded-kinds',
  endings: ['.kinds.folded', '.kinds.collapsed'],
  does: 'the same with _[0] _[1] _[j] _[i] _[k] behind frames of jstack: flamegraph.pl --color=java',
  problem: foldedProblem,
  render: function* (result) {
    for (const line of scriptFoldedLines(result, annotatedLevel)) yield `${line}\n`;
  },
};

const TEXT: ScriptFormat = {
  name: 'text',
  endings: ['.txt'],
  does: 'the maps as at the end of the run: grep, sort, awk',
  problem: () => null,
  render: function* ({ maps, mapFacts }) {
    for (const line of mapsText(maps, mapFacts, PIPE_LOOK)) yield `${line}\n`;
  },
};

export const SCRIPT_FORMATS: readonly ScriptFormat[] = [PAGE, FOLDED_KINDS, FOLDED, TEXT];

/** All endings, for error messages. */
export const SCRIPT_ENDINGS: readonly string[] = SCRIPT_FORMATS.flatMap(({ endings }) => endings);

/** As outputFormatOf(). */
export function scriptFormatOf(path: string): ScriptFormat | null {
  return path === '-' || path.startsWith('/dev/') ? FOLDED : formatByEnding(path, SCRIPT_FORMATS);
}
