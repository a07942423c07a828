// What bpftrace has loaded → two tables: programs with how often and how long they ran, maps with their sizes.

import type { LoadedObjects } from '../../model/loaded.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { renderTable, type TableColumn } from './table.ts';
import type { Theme } from './theme.ts';

const PROGRAMS: readonly TableColumn[] = [
  { head: 'PROGRAM', align: 'right', cut: 'none' },
  { head: 'NAME', align: 'left', cut: 'end' },
  { head: 'TYPE', align: 'left', cut: 'none' },
  { head: 'VERIFIED', align: 'right', cut: 'none' },
  { head: 'RUNS', align: 'right', cut: 'none' },
  { head: 'NS/RUN', align: 'right', cut: 'none' },
  { head: 'MS', align: 'right', cut: 'none' },
];
const MAPS: readonly TableColumn[] = [
  { head: 'MAP', align: 'right', cut: 'none' },
  { head: 'TYPE', align: 'left', cut: 'end' },
  { head: 'KEY B', align: 'right', cut: 'none' },
  { head: 'VALUE B', align: 'right', cut: 'none' },
  { head: 'MOST ENTRIES', align: 'right', cut: 'none' },
  { head: 'MEMORY B', align: 'right', cut: 'none' },
];
/** A kernel's name has 15; the rest is for the worst. */
const MAX_NAME_CHARS = 60;

export function renderLoaded({ programs, maps }: LoadedObjects, maxColumns: number, theme: Theme): readonly string[] {
  const rows = programs.map(({ id, name, type, verifiedInstructions, runs, runNs }) => [
    String(id),
    escapeForTerminal(name, MAX_NAME_CHARS) || '-',
    type,
    verifiedInstructions === null ? '-' : String(verifiedInstructions),
    String(runs),
    runs === 0 ? '-' : String(Math.round(runNs / runs)),
    (runNs / 1e6).toFixed(1),
  ]);
  const mapRows = maps.map((map) => [
    String(map.id),
    map.type,
    ...[map.keyBytes, map.valueBytes, map.mostEntries, map.bytes].map(String),
  ]);
  return [...table(PROGRAMS, rows, maxColumns, theme), '', ...table(MAPS, mapRows, maxColumns, theme)];
}

function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  maxColumns: number,
  theme: Theme,
): readonly string[] {
  const [head = '', ...lines] = renderTable(columns, rows, maxColumns);
  return [theme.heading(head), ...lines];
}
