// The hottest methods → a table that fits the terminal; long names lose their middle, not their method.

import type { HotMethod } from '../../model/summary.ts';
import type { Grouping } from '../../model/view.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatPercent } from './format-number.ts';
import { renderTable, type TableColumn } from './table.ts';

const COLUMNS: readonly TableColumn[] = [
  { head: 'SELF %', align: 'right', cut: 'none' },
  { head: 'TOTAL %', align: 'right', cut: 'none' },
  { head: 'METHOD', align: 'left', cut: 'middle' },
];

const HEADS: Readonly<Record<Grouping, string>> = {
  thread: 'THREADS',
  process: 'PROCESSES',
  container: 'CONTAINERS',
  package: 'PACKAGES',
  class: 'CLASSES',
};
const GROUP_SHARE: TableColumn = { head: 'SHARE %', align: 'right', cut: 'none' };

/** Names are cut to the terminal, so escaping may keep more than usual: the end is what tells. */
const MAX_NAME_CHARS = 1000;

/** Head and rows; one line that says so when there is nothing. `by`: what stands in them instead of methods. */
export function renderHottest(methods: readonly HotMethod[], maxColumns: number, by: Grouping | null = null): readonly string[] {
  if (methods.length === 0) return [`no samples: no hottest ${by === null ? 'methods' : HEADS[by].toLowerCase()}`];
  if (by !== null) {
    const groups = methods.map(({ name, totalPercent }) => [
      formatPercent(totalPercent),
      escapeForTerminal(name, MAX_NAME_CHARS),
    ]);
    return renderTable([GROUP_SHARE, { head: HEADS[by], align: 'left', cut: 'middle' }], groups, maxColumns);
  }
  const rows = methods.map(({ name, selfPercent, totalPercent }) => [
    formatPercent(selfPercent),
    formatPercent(totalPercent),
    escapeForTerminal(name, MAX_NAME_CHARS),
  ]);
  return renderTable(COLUMNS, rows, maxColumns);
}
