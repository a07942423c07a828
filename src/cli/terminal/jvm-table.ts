// The JVMs of a machine → a table: what a profile of each will have, and the flags that spoil some of it.

import type { JvmFinding } from '../../model/doctor.ts';
import { wrapWords } from '../../outputs/display-width.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { renderTable, type TableColumn } from './table.ts';

const MAX_ROWS = 32;
const MAX_CELL_CHARS = 60;
/** Processes with a flag; the JSON has all. */
const MAX_NAMED = 6;
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

/** Flags that cost a profile something where they are off; the others of the JSON say how the JVM is, and matter to other tools. */
const FLAGS_OFF = [
  ['DebugNonSafepoints', 'lines of compiled leaf frames are approximate'],
  ['UsePerfData', 'causes of collections are not told'],
] as const;

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
  return [
    ...renderTable(shown, rows, maxColumns),
    ...(more > 0 ? [`… and ${String(more)} more`] : []),
    ...FLAGS_OFF.flatMap(([flag, means]) => flagLines(flag, means, jvms, maxColumns)),
  ];
}

/** Those in which it is known to be off, together. */
function flagLines(flag: string, means: string, jvms: readonly JvmFinding[], maxColumns: number): readonly string[] {
  const off = jvms.filter(({ flags }) => flags[flag] === false);
  if (off.length === 0) return [];
  const pids = off.slice(0, MAX_NAMED).map(({ pid }) => String(pid));
  const more = off.length - pids.length;
  return wrapWords(`${flag} is off, ${means}: ${pids.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`, maxColumns);
}
