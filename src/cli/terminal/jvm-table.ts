// The JVMs of a machine → a table: what a profile of each will have.

import type { JvmFinding } from '../../model/doctor.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { renderTable, type TableColumn } from './table.ts';

const MAX_ROWS = 32;
const MAX_CELL_CHARS = 60;
const COLUMNS: readonly TableColumn[] = [
  { head: 'PID', align: 'right', cut: 'none' },
  { head: 'JDK', align: 'left', cut: 'none' },
  { head: 'GC', align: 'left', cut: 'none' },
  { head: 'JAVA FRAMES', align: 'left', cut: 'none' },
  { head: 'VM NAMES', align: 'left', cut: 'none' },
  { head: 'MAIN CLASS', align: 'left', cut: 'middle' },
  { head: 'CONTAINER', align: 'left', cut: 'none' },
];

/** Where names of the VM's own functions come from. */
const SYMBOLS = { own: 'yes', 'debug-file': 'debug file', stripped: 'stripped', unknown: '?' } as const;

export function jvmTable(jvms: readonly JvmFinding[], maxColumns: number): readonly string[] {
  const rows = jvms
    .slice(0, MAX_ROWS)
    .map((jvm) => [
      String(jvm.pid),
      escapeForTerminal(jvm.jdk === '' ? '?' : jvm.jdk, 12),
      jvm.collector === '' ? '?' : jvm.collector,
      jvm.walk.kind === 'ready' ? 'yes' : 'no',
      SYMBOLS[jvm.symbols],
      escapeForTerminal(jvm.main === '' ? '(unknown)' : jvm.main, MAX_CELL_CHARS),
      escapeForTerminal(jvm.container, 20),
    ]);
  const hasContainers = jvms.some(({ container }) => container !== '');
  const shown = hasContainers ? COLUMNS : COLUMNS.slice(0, -1);
  const more = jvms.length - rows.length;
  return [...renderTable(shown, rows, maxColumns), ...(more > 0 ? [`… and ${String(more)} more`] : [])];
}
