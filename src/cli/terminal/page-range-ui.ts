// Draws looks at a range: a strip of pages with why some cannot be read; over time a line for whatever happens, and sums at the end.

import type { PageRangeUi, RangeResult } from '../../app/page-range.ts';
import { CHANGE_TEXTS, type PageRangeRequest, type PageWatch, type PageWatchEvent } from '../../model/page-range.ts';
import { CAUSE_TEXTS, type UnreadableCause } from '../../model/page-state.ts';
import { PAGE_BYTES } from '../../model/units.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { jsonText } from '../../outputs/json-text.ts';
import { runJson, watchEventJson } from '../../outputs/residency/watch-json.ts';
import { formatCount, formatDuration } from './format-number.ts';
import { pageStrip, stripLegend } from './page-strip.ts';
import { renderChoice } from './process-table.ts';
import { hex } from './residency-json.ts';
import { checkText } from './residency-table.ts';
import { columnsOf, plainUi } from './residency-ui.ts';
import { shortBytes } from './short-bytes.ts';
import type { Streams } from './streams.ts';
import { createTerminalUi } from './terminal-ui.ts';
import { createTheme } from './theme.ts';
import { wrapText } from './wrap-text.ts';
import { problemLines } from './written-files.ts';

const TEXT_COLUMNS = 80;
/** A screen. */
const MOST_STRIP_ROWS = 32;
/** Of one moment; the sums have all. */
const MOST_CHANGE_LINES = 8;

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
      print(look.json ? [rangeJson(result, look)] : rangeLines(result, look, columns));
    },
    event: (event) => {
      if (look.json) print([jsonText(watchEventJson(event))]);
      else if (look.verbosity !== 'quiet') print(eventLines(event));
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

function rangeLines(result: RangeResult, { start, end }: PageRangeLook, columns: number): readonly string[] {
  const { pid, label, look, mappings, check } = result;
  const strip = pageStrip(look, MOST_STRIP_ROWS);
  const names = mappings.map(
    (mapping) => `  ${hex(mapping.start)}-${hex(mapping.end)} ${mapping.permissions} ${escapeForTerminal(mapping.path, columns)}`,
  );
  const causes = new Map<UnreadableCause, number>();
  for (const { start: from, end: to, cause } of look.runs)
    if (cause !== null) causes.set(cause, (causes.get(cause) ?? 0) + to - from);
  return [
    escapeForTerminal(`Process ${String(pid)} (${label}), ${formatCount((end - start) / PAGE_BYTES)} pages from ${hex(start)}:`),
    ...names,
    ...strip.rows.map((row) => `${row.start.toString(16).padStart(12)} ${row.glyphs}`),
    ...wrapText(stripLegend(strip).join('; '), columns, ' '.repeat(13)),
    ...(causes.size === 0 ? ['BPF can read all of it.'] : ['What BPF cannot read, and why:']),
    ...[...causes].flatMap(([cause, bytes]) => [
      `  ${shortBytes(bytes).padStart(5)}  ${CAUSE_TEXTS[cause].title}`,
      ...wrapText(`${CAUSE_TEXTS[cause].meaning}; ${CAUSE_TEXTS[cause].remedy}`, columns, ' '.repeat(9)),
    ]),
    ...(check === null ? [] : wrapText(checkText(check), columns, '')),
  ];
}

function eventLines(event: PageWatchEvent): readonly string[] {
  const time = `${(event.timeMs / 1000).toFixed(3).padStart(9)} s`;
  if (event.kind === 'fork') return [`${time}  fork: process ${String(event.child)} began`];
  const lines = event.changes
    .slice(0, MOST_CHANGE_LINES)
    .map(({ kind, start, end }) => `${time}  ${pagesText(start, end)}  ${CHANGE_TEXTS[kind]}`);
  const more = event.changes.length - lines.length;
  return [...lines, ...(more > 0 ? [`${time}  … and ${formatCount(more)} more`] : [])];
}

function pagesText(start: number, end: number): string {
  const pages = (end - start) / PAGE_BYTES;
  return `${hex(start)}  ${`${formatCount(pages)} ${pages === 1 ? 'page' : 'pages'}`.padStart(11)}`;
}

const ENDS: Readonly<Record<PageWatch['ended'], string>> = {
  duration: '',
  interrupted: ', stopped',
  'process-ended': ', the process ended',
  failed: ', broken off',
};

function watchedLines(watch: PageWatch, columns: number): readonly string[] {
  const sums = new Map<string, number>();
  for (const event of watch.events) {
    if (event.kind === 'fork') sums.set('forks', (sums.get('forks') ?? 0) + 1);
    else
      for (const { kind, start, end } of event.changes)
        sums.set(CHANGE_TEXTS[kind], (sums.get(CHANGE_TEXTS[kind]) ?? 0) + (end - start) / PAGE_BYTES);
  }
  const last = watch.looks.at(-1);
  const strip = last === undefined ? null : pageStrip(last, 4);
  const lines = [
    `${formatCount(watch.looked)} looks in ${formatDuration(watch.durationMs)}${ENDS[watch.ended]}; what happened, in pages:`,
  ];
  if (sums.size === 0) lines.push('  nothing');
  for (const [text, pages] of sums) lines.push(`  ${formatCount(pages).padStart(9)}  ${text}`);
  if (strip !== null)
    lines.push(
      'at last:',
      ...strip.rows.map((row) => `${row.start.toString(16).padStart(12)} ${row.glyphs}`),
      ...wrapText(stripLegend(strip).join('; '), columns, ' '.repeat(13)),
    );
  if (watch.broken > 0)
    lines.push(`${formatCount(watch.broken)} looks did not arrive whole and are left out: look less often (--interval)`);
  if (watch.unkept > 0) lines.push(`${formatCount(watch.unkept)} looks were not kept: they were too many`);
  for (const { path, problem } of watch.files)
    if (problem === null && path !== '-') lines.push(`wrote ${escapeForTerminal(path, columns)}`);
  return lines;
}

function endFacts({ looked, broken, unkept, durationMs, ended }: PageWatch): object {
  return { looked, broken, unkept, durationMs, ended };
}
