// The hottest methods → a table that fits the terminal; long names lose their middle, not their method.

import type { HotMethod } from '../../model/summary.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatPercent } from './format-number.ts';
import { renderTable, type TableColumn } from './table.ts';

const COLUMNS: readonly TableColumn[] = [
  { head: 'SELF %', align: 'right', cut: 'none' },
  { head: 'TOTAL %', align: 'right', cut: 'none' },
  { head: 'METHOD', align: 'left', cut: 'middle' },
];

/** Names are cut to the terminal, so escaping may keep more than usual: the end is what tells. */
const MAX_NAME_CHARS = 1000;

/** Head and rows; one line that says so when there is nothing. */
export function renderHottest(methods: readonly HotMethod[], maxColumns: number): readonly string[] {
  if (methods.length === 0) return ['no samples: no hottest methods'];
  const rows = methods.map(({ name, selfPercent, totalPercent }) => [
    formatPercent(selfPercent),
    formatPercent(totalPercent),
    escapeForTerminal(name, MAX_NAME_CHARS),
  ]);
  return renderTable(COLUMNS, rows, maxColumns);
}
