// JVMs an operator must choose from → a table with what was unclear above it and what to type below it.

import { isContainerLabel, type JavaMain, type JvmProcess, type TargetChoice } from '../../model/process.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatPercent } from './format-number.ts';
import { renderTable, type TableColumn } from './table.ts';

/** A machine with more JVMs wants a NAME anyway. */
const MAX_ROWS = 100;
/** `k8s 8f3c2a1b/1f2e3d4c5b6a` fits. */
const MAX_CONTAINER_CHARS = 26;

const COLUMNS: readonly TableColumn[] = [
  { head: 'PID', align: 'right', cut: 'none' },
  { head: 'JDK', align: 'left', cut: 'none' },
  { head: 'MAIN CLASS', align: 'left', cut: 'middle' },
  { head: 'THREADS', align: 'right', cut: 'none' },
  { head: 'CPU %', align: 'right', cut: 'none' },
];

/** Lines for standard error. */
export function renderChoice(choice: Extract<TargetChoice, { readonly kind: 'several' }>, maxColumns: number): readonly string[] {
  const head = lastHead(choice.jvms);
  const columns: readonly TableColumn[] = [...COLUMNS, { head, align: 'left', cut: 'none' }];
  const rows = choice.jvms
    .slice(0, MAX_ROWS)
    .map((jvm) => [...jvmRow(jvm), escapeForTerminal(head === 'USER' ? jvm.user : jvm.container, MAX_CONTAINER_CHARS)]);
  const more = choice.jvms.length - rows.length;
  return [
    `jtrace: ${escapeForTerminal(choice.question)}; which one? (CPU over the last 0.2 s)`,
    ...renderTable(columns, rows, maxColumns),
    ...(more > 0 ? [`… and ${more} more`] : []),
    '  jtrace profile PID, or a NAME that only one of them has',
  ];
}

/** 80 columns have room for one more: where containers or services are, they tell programs apart better than users do. */
function lastHead(jvms: readonly JvmProcess[]): 'CONTAINER' | 'SERVICE' | 'USER' {
  if (jvms.some(({ container }) => isContainerLabel(container))) return 'CONTAINER';
  return jvms.some(({ container }) => container !== '') ? 'SERVICE' : 'USER';
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
