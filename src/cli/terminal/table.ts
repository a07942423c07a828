// Rows of text → aligned lines that fit a number of columns: one column gives way, all others keep their width.

import { cutEnd, cutMiddle, displayWidth, pad } from '../../outputs/display-width.ts';

export interface TableColumn {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** How long cells give way; 'none' keeps them whole. */
  readonly cut: 'none' | 'end' | 'middle';
}

const GAP = '  ';
/** A cut column never gets narrower: the table is then too wide, and that is better than no names. */
const MIN_CUT_COLUMNS = 12;

/** The head line first. Cells must be escaped already. */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  maxColumns: number,
): readonly string[] {
  const natural = columns.map(({ head }, index) =>
    Math.max(displayWidth(head), ...rows.map((row) => displayWidth(row[index] ?? ''))),
  );
  const total = natural.reduce((sum, width) => sum + width, GAP.length * (columns.length - 1));
  const excess = Math.max(0, total - maxColumns);
  const widths = columns.map(({ cut }, index) => {
    const width = natural[index] ?? 0;
    return cut === 'none' ? width : Math.min(width, Math.max(MIN_CUT_COLUMNS, width - excess));
  });
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align, cut }, index) => {
        const width = widths[index] ?? 0;
        const cell = cells[index] ?? '';
        return pad(cut === 'middle' ? cutMiddle(cell, width) : cut === 'end' ? cutEnd(cell, width) : cell, width, align);
      })
      .join(GAP)
      .trimEnd();
  return [line(columns.map(({ head }) => head)), ...rows.map(line)];
}
