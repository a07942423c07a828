// Processes an operator must choose from → a table with what was unclear above it and what to type below it.

import {
  isContainerLabel,
  type JavaMain,
  type JvmProcess,
  type PlainProcess,
  type TargetChoice,
  type TargetProcess,
} from '../../model/process.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatPercent } from './format-number.ts';
import { renderTable, type TableColumn } from './table.ts';

/** `k8s 8f3c2a1b/1f2e3d4c5b6a` fits. */
const MAX_CONTAINER_CHARS = 26;
/** A machine with more of them wants a PID, or a better NAME. */
const MAX_ROWS = 100;

const JVM_COLUMNS: readonly TableColumn[] = [
  { head: 'PID', align: 'right', cut: 'none' },
  { head: 'JDK', align: 'left', cut: 'none' },
  { head: 'MAIN CLASS', align: 'left', cut: 'middle' },
  { head: 'THREADS', align: 'right', cut: 'none' },
  { head: 'CPU %', align: 'right', cut: 'none' },
];

/** More of a command line is not shown on any terminal. */
const MAX_ARGUMENT_CHARS = 200;

/** Of other programs what they were called with tells them apart. */
const PLAIN_COLUMNS: readonly TableColumn[] = [
  { head: 'PID', align: 'right', cut: 'none' },
  { head: 'PROGRAM', align: 'left', cut: 'none' },
  { head: 'ARGUMENTS', align: 'left', cut: 'end' },
  { head: 'THREADS', align: 'right', cut: 'none' },
  { head: 'CPU %', align: 'right', cut: 'none' },
];

/** Lines for standard error. */
export function renderChoice(
  choice: Extract<TargetChoice, { readonly kind: 'several' }>,
  maxColumns: number,
  typed = 'jtrace profile PID',
): readonly string[] {
  const head = lastHead(choice.processes);
  const hasPlain = choice.processes.some(({ vm }) => vm === 'none');
  const columns: readonly TableColumn[] = [...(hasPlain ? PLAIN_COLUMNS : JVM_COLUMNS), { head, align: 'left', cut: 'none' }];
  const rows = choice.processes
    .slice(0, MAX_ROWS)
    .map((process) => [
      ...rowOf(process),
      escapeForTerminal(head === 'USER' ? process.user : process.container, MAX_CONTAINER_CHARS),
    ]);
  const more = choice.processes.length - rows.length;
  return [
    `jtrace: ${escapeForTerminal(choice.question)}; which one? (CPU over the last 0.2 s)`,
    ...renderTable(columns, rows, maxColumns),
    ...(more > 0 ? [`… and ${more} more`] : []),
    `  ${typed}, or a NAME that only one of them has`,
  ];
}

/** 80 columns have room for one more: where containers or services are, they tell programs apart better than users do. */
function lastHead(processes: readonly TargetProcess[]): 'CONTAINER' | 'SERVICE' | 'USER' {
  if (processes.some(({ container }) => isContainerLabel(container))) return 'CONTAINER';
  return processes.some(({ container }) => container !== '') ? 'SERVICE' : 'USER';
}

function rowOf(process: TargetProcess): readonly string[] {
  return process.vm === 'none' ? plainRow(process) : jvmRow(process);
}

function plainRow({ pid, program, args, threads, cpu }: PlainProcess): readonly string[] {
  const name = program.slice(program.lastIndexOf('/') + 1);
  const text = args.join(' ').slice(0, MAX_ARGUMENT_CHARS);
  return [String(pid), escapeForTerminal(name, 24), escapeForTerminal(text), String(threads), formatPercent(cpu.percent)];
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
