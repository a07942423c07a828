// What happens to pages while they are watched → lines: the first look, a line for whatever happens, and sums at the end.

import { CHANGE_TEXTS, type PageWatch, type PageWatchEvent } from '../../model/page-range.ts';
import { hex, PAGE_BYTES } from '../../model/units.ts';
import { wrapWords } from '../../outputs/display-width.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatCount, formatDuration } from './format-number.ts';
import { stripLines } from './page-strip.ts';

/** Few rows: what matters is what changes. */
const MOST_WATCH_ROWS = 4;
/** Changes of one moment; the sums have all. */
const MOST_CHANGES = 8;

export function eventLines(event: PageWatchEvent, columns: number): readonly string[] {
  if (event.kind === 'begin')
    return ['at first:', ...stripLines(event.look, MOST_WATCH_ROWS, columns), 'what happens (time, from where, how many pages):'];
  const time = `${(event.timeMs / 1000).toFixed(3).padStart(9)} s`;
  if (event.kind === 'fork') return [`${time}  fork: process ${String(event.child)} began`];
  const lines = event.changes
    .slice(0, MOST_CHANGES)
    .flatMap(({ kind, start, end }) => hanging(`${time}  ${pagesText(start, end)}  `, CHANGE_TEXTS[kind], columns));
  const more = event.changes.length - MOST_CHANGES;
  return [...lines, ...(more > 0 ? [`${time}  … and ${formatCount(more)} more`] : [])];
}

/** Words behind `head`, and below themselves where they need more lines. */
function hanging(head: string, words: string, columns: number): readonly string[] {
  return wrapWords(words, columns, ' '.repeat(head.length)).map((line, index) => (index === 0 ? head + line.trimStart() : line));
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

export function watchedLines(watch: PageWatch, columns: number): readonly string[] {
  const lines = [
    ...wrapWords(
      `${formatCount(watch.looked)} looks in ${formatDuration(watch.durationMs)}${ENDS[watch.ended]}; what happened, in pages:`,
      columns,
    ),
  ];
  if (watch.changedPages.size === 0) lines.push('  nothing');
  for (const [kind, pages] of watch.changedPages) lines.push(`  ${formatCount(pages).padStart(9)}  ${CHANGE_TEXTS[kind]}`);
  if (watch.forks > 0) lines.push(`  and ${formatCount(watch.forks)} ${watch.forks === 1 ? 'fork' : 'forks'}`);
  if (watch.last !== null) lines.push('at last:', ...stripLines(watch.last, MOST_WATCH_ROWS, columns));
  if (watch.broken > 0)
    lines.push(
      ...wrapWords(
        `${formatCount(watch.broken)} looks did not arrive whole and are left out: look less often (--interval)`,
        columns,
      ),
    );
  if (watch.unkept > 0) lines.push(`${formatCount(watch.unkept)} looks were not kept: they were too many`);
  for (const { path, problem } of watch.files)
    if (problem === null && path !== '-') lines.push(`wrote ${escapeForTerminal(path, columns)}`);
  return lines;
}
