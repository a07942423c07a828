// The largest changes between two profiles → a table that fits the terminal: own shares of both, their change, and that of the total.

import type { MethodChange } from '../../model/diff-profile.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatPercent } from './format-number.ts';
import { renderTable, type TableColumn } from './table.ts';

const COLUMNS: readonly TableColumn[] = [
  { head: 'SELF A %', align: 'right', cut: 'none' },
  { head: 'SELF B %', align: 'right', cut: 'none' },
  { head: 'POINTS', align: 'right', cut: 'none' },
  { head: 'TOTAL +-', align: 'right', cut: 'none' },
  { head: 'METHOD', align: 'left', cut: 'middle' },
];

/** As in hottest-table.ts: the end of a name is what tells. */
const MAX_NAME_CHARS = 1000;

/** Head and rows; one line that says so when nothing changed. */
export function renderChanges(changes: readonly MethodChange[], maxColumns: number): readonly string[] {
  if (changes.length === 0) return ['no method changed its share'];
  const rows = changes.map(({ name, isKernel, self, total }) => [
    formatPercent(self.percentA),
    formatPercent(self.percentB),
    formatPoints(self.points),
    formatPoints(total.points),
    `${escapeForTerminal(name, MAX_NAME_CHARS)}${isKernel ? '_[k]' : ''}`,
  ]);
  return renderTable(COLUMNS, rows, maxColumns);
}

function formatPoints(points: number): string {
  return `${points < 0 ? '-' : '+'}${formatPercent(Math.abs(points))}`;
}
