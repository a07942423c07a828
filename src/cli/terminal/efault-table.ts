// What `jtrace residency --efault` has found → lines for a terminal: the reads, why they failed with an example of each, what the causes mean
// and what to do, and whether the page tables agreed.

import type { CauseRow, EfaultResult, ReadRow } from '../../model/efault-result.ts';
import { CAUSE_TEXTS } from '../../model/page-state.ts';
import { cutEnd, cutMiddle, wrapWords } from '../../outputs/display-width.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatCount, formatShare } from './format-number.ts';
import { renderTable, type TableColumn } from './table.ts';
import type { Theme } from './theme.ts';

const READS: readonly TableColumn[] = [
  { head: 'READ', align: 'left', cut: 'middle' },
  { head: 'READS', align: 'right', cut: 'none' },
  { head: 'FAILED', align: 'right', cut: 'none' },
  { head: '%', align: 'right', cut: 'none' },
  { head: 'EMPTY', align: 'right', cut: 'none' },
];
const CAUSES: readonly TableColumn[] = [
  { head: 'READ', align: 'left', cut: 'middle' },
  { head: 'WHY IT FAILED', align: 'left', cut: 'none' },
  { head: 'READS', align: 'right', cut: 'none' },
  { head: '%', align: 'right', cut: 'none' },
  { head: 'READ LATER', align: 'right', cut: 'none' },
];
const CALL_ENTRY = 'tracepoint:syscalls:sys_enter_';
const MAX_NAME_CHARS = 200;
const UNKNOWN = 'not told';

export function renderEfault(result: EfaultResult, maxColumns: number, theme: Theme): readonly string[] {
  const tried = result.rows.filter(({ reads }) => reads > 0);
  if (tried.length === 0) return ['None of these probes was met: nothing was read.'];
  const failing = tried.filter(({ failed }) => failed > 0);
  return [
    ...headed(READS, tried.map(readCells), maxColumns, theme),
    ...(failing.length === 0 ? ['', 'Every read succeeded.'] : ['', ...causeLines(failing, maxColumns, theme)]),
    ...meaningLines(failing, maxColumns, theme),
    '',
    ...wrapWords(agreement(tried), maxColumns),
  ];
}

function headed(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  maxColumns: number,
  theme: Theme,
): readonly string[] {
  const [head = '', ...lines] = renderTable(columns, rows, maxColumns);
  return [theme.heading(head), ...lines];
}

function readCells(row: ReadRow): readonly string[] {
  return [
    nameOf(row),
    formatCount(row.reads),
    formatCount(row.failed),
    formatShare(row.failed, row.reads),
    formatCount(row.empty),
  ];
}

/** Each cause with its example below. */
function causeLines(rows: readonly ReadRow[], maxColumns: number, theme: Theme): readonly string[] {
  const all = rows.flatMap((row) => {
    const told = row.causes.reduce((sum, { count }) => sum + count, 0);
    const causes = row.causes.map((cause) => ({ cells: causeCells(row, cause), example: exampleOf(cause) }));
    if (told >= row.failed) return causes;
    const count = row.failed - told;
    return [...causes, { cells: [nameOf(row), UNKNOWN, formatCount(count), formatShare(count, row.failed), ''], example: null }];
  });
  const [head = '', ...lines] = headed(CAUSES, all.map(({ cells }) => cells), maxColumns, theme); // prettier-ignore
  return [
    head,
    ...lines.flatMap((line, index) => {
      const example = all[index]?.example ?? null;
      return example === null ? [line] : [line, theme.hint(cutMiddle(`  ${example}`, maxColumns))];
    }),
  ];
}

function causeCells(row: ReadRow, { cause, count, again }: CauseRow): readonly string[] {
  const later = again.asked === 0 ? '-' : `${formatCount(again.read)} of ${formatCount(again.asked)}`;
  return [nameOf(row), CAUSE_TEXTS[cause].title, formatCount(count), formatShare(count, row.failed), later];
}

function exampleOf({ example }: CauseRow): string {
  const { comm, pid, address, mapping, permissions } = example;
  // Of a path its last part: the whole is in the JSON.
  const file = mapping.startsWith('/') ? mapping.slice(mapping.lastIndexOf('/') + 1) : mapping;
  const where = mapping === '' ? '' : ` in ${permissions} ${escapeForTerminal(file, MAX_NAME_CHARS)}`;
  return `${escapeForTerminal(comm, MAX_NAME_CHARS)} (${String(pid)}) at ${address}${where}`;
}

function meaningLines(rows: readonly ReadRow[], maxColumns: number, theme: Theme): readonly string[] {
  const causes = [...new Set(rows.flatMap((row) => row.causes.map(({ cause }) => cause)))];
  return causes.flatMap((cause) => {
    const { title, meaning, remedy } = CAUSE_TEXTS[cause];
    const [first = '', ...rest] = wrapWords(`${title}: ${meaning}`, maxColumns);
    const advice = wrapWords(remedy, maxColumns - 2).map((line) => theme.hint(`  ${line}`));
    return ['', theme.heading(first), ...rest, ...advice];
  });
}

/** What the walk of the page tables said at the same instant. */
function agreement(rows: readonly ReadRow[]): string {
  const sum = (of: (row: ReadRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const all = sum(({ reads }) => reads);
  const came = sum(({ outcomes }) => outcomes['failed-though-there']);
  const went = sum(({ outcomes }) => outcomes['read-though-missing']);
  const same = `The page tables, walked at each read, said the same of ${formatCount(all - came - went)} of ${formatCount(all)} reads.`;
  if (came + went === 0) return same;
  return `${same} ${formatCount(went)} were read and their page was gone then, ${formatCount(came)} failed and it was there then: it came or went between the two.`;
}

/** `openat filename`; other probes in full. */
function nameOf({ probe, name }: ReadRow): string {
  const shown = probe.startsWith(CALL_ENTRY) ? probe.slice(CALL_ENTRY.length) : probe;
  return cutEnd(escapeForTerminal(`${shown} ${name}`, MAX_NAME_CHARS), MAX_NAME_CHARS);
}
