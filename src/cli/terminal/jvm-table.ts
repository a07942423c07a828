// JVMs an operator must choose from → a table with what was unclear above it and what to type below it.

import type { JavaMain, JvmProcess, TargetChoice } from '../../model/process.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatPercent } from './format-number.ts';
import { renderTable, type TableColumn } from './table.ts';

/** A machine with more JVMs wants a NAME anyway. */
const MAX_ROWS = 100;

const COLUMNS: readonly TableColumn[] = [
  { head: 'PID', align: 'right', cut: 'none' },
  { head: 'JDK', align: 'left', cut: 'none' },
  { head: 'MAIN CLASS', align: 'left', cut: 'middle' },
  { head: 'THREADS', align: 'right', cut: 'none' },
  { head: 'CPU %', align: 'right', cut: 'none' },
];

/** Lines for standard error. */
export function renderChoice(choice: Extract<TargetChoice, { readonly kind: 'several' }>, maxColumns: number): readonly string[] {
  // 80 columns have room for one more: where containers are, they tell programs apart better than users do.
  const contained = choice.jvms.some(({ container }) => container !== '');
  const columns: readonly TableColumn[] = [...COLUMNS, { head: contained ? 'CONTAINER' : 'USER', align: 'left', cut: 'none' }];
  const rows = choice.jvms
    .slice(0, MAX_ROWS)
    .map((jvm) => [...jvmRow(jvm), escapeForTerminal(contained ? jvm.container : jvm.user, 24)]);
  const more = choice.jvms.length - rows.length;
  return [
    `jtrace: ${escapeForTerminal(choice.question)}; which one? (CPU over the last 0.2 s)`,
    ...renderTable(columns, rows, maxColumns),
    ...(more > 0 ? [`… and ${more} more`] : []),
    '  jtrace profile PID, or a NAME that only one of them has',
  ];
}

function jvmRow(jvm: JvmProcess): readonly string[] {
  const jdk = jvm.vm === 'starting' ? 'starting' : jvm.vm === 'openj9' ? 'OpenJ9' : jvm.jdk === '' ? '?' : jvm.jdk;
  return [
    String(jvm.pid),
    escapeForTerminal(jdk, 16),
    escapeForTerminal(mainLabel(jvm.main)),
    String(jvm.threads),
    formatPercent(jvm.cpu.percent),
  ];
}

/** What a person calls the program: the jar without its folders, the class with its package. */
export function mainLabel(main: JavaMain): string {
  if (main.kind === 'unknown' || main.name === '') return '(unknown)';
  if (main.kind === 'jar' || main.kind === 'source') return main.name.slice(main.name.lastIndexOf('/') + 1);
  return main.name;
}
