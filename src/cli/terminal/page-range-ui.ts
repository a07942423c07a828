// Draws looks at a range: a strip of pages with why some cannot be read; over time a line for whatever happens, and sums at the end.

import { hex } from '../../model/units.ts';
import type { PageRangeUi, RangeResult } from '../../app/looked-process.ts';
import type { PageRangeRequest, PageWatch } from '../../model/page-range.ts';
import { jsonText } from '../../outputs/json-text.ts';
import { runJson, watchEventJson } from '../../outputs/residency/watch-json.ts';
import { rangeLines } from './page-range-text.ts';
import { eventLines, watchedLines } from './page-watch-text.ts';
import { renderChoice } from './process-table.ts';
import { columnsOf, plainUi } from './residency-ui.ts';
import type { Streams } from './streams.ts';
import { createTerminalUi } from './terminal-ui.ts';
import { createTheme } from './theme.ts';
import { problemLines } from './written-files.ts';

const TEXT_COLUMNS = 80;

export type PageRangeLook = Pick<PageRangeRequest, 'verbosity' | 'outputs' | 'start' | 'end'> & { readonly json: boolean };

export function createPageRangeUi(look: PageRangeLook, streams: Streams): PageRangeUi {
  const { stderr, env } = streams;
  const stdout = look.outputs.includes('-') ? stderr : streams.stdout;
  const ui = createTerminalUi({ verbosity: look.verbosity, json: look.json, top: 0, outputs: look.outputs }, streams);
  const columns = columnsOf(streams);
  const print = (lines: readonly string[]): void => {
    stdout.write(lines.map((line) => `${line}\n`).join(''));
  };
  return {
    ...plainUi(ui),
    choose: (choice) => {
      for (const line of renderChoice(choice, TEXT_COLUMNS, 'jtrace residency PID')) stderr.write(`${line}\n`);
    },
    range: (result) => {
      print(look.json ? [rangeJson(result, look)] : rangeLines(result, columns));
    },
    event: (event) => {
      if (look.json) print([jsonText(watchEventJson(event))]);
      else if (look.verbosity !== 'quiet') print(eventLines(event, columns));
    },
    watched: (watch) => {
      if (look.json) print([jsonText({ kind: 'end', ...endFacts(watch) })]);
      else print(watchedLines(watch, columns));
      for (const line of problemLines(watch.files, createTheme(stderr, env))) stderr.write(`${line}\n`);
    },
  };
}

function rangeJson({ pid, label, look, check }: RangeResult, { start, end }: PageRangeLook): string {
  return jsonText({ version: 1, pid, label, start: hex(start), end: hex(end), runs: look.runs.map(runJson), check }, 2);
}

function endFacts({ looked, broken, unkept, durationMs, ended }: PageWatch): object {
  return { looked, broken, unkept, durationMs, ended };
}
