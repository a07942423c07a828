// Verdicts of native stacks → the table of docs/accuracy.md, in its own marked place.

import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import type { NativeVerdict } from './compare-stacks.ts';

export interface NativeReport {
  readonly program: string;
  readonly verdicts: readonly NativeVerdict[];
}

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs', 'accuracy.md');
const BEGIN = '<!-- native table: begin (written by npm run accuracy:native -- --write-docs) -->';
const END = '<!-- native table: end -->';

const COLUMNS = [
  'equal',
  'gdb-stopped',
  'gdb-guessed',
  'jtrace-unfinished',
  'different',
] as const satisfies readonly NativeVerdict['kind'][];
const HEADS = ['equal', 'gdb gave up', 'gdb left code', 'jtrace says it has not all', 'different'];

/** Of the stops at which gdb has a whole stack. */
export function rightShare(verdicts: readonly NativeVerdict[]): number {
  const compared = verdicts.filter(({ kind }) => kind !== 'gdb-stopped' && kind !== 'gdb-guessed');
  return compared.length === 0 ? 0 : compared.filter(({ kind }) => kind === 'equal').length / compared.length;
}

export function formatNativeTable(reports: readonly NativeReport[]): string {
  const all = { program: 'all', verdicts: reports.flatMap(({ verdicts }) => verdicts) };
  const rows = [...reports, ...(reports.length > 1 ? [all] : [])].map(({ program, verdicts }) => {
    const counts = COLUMNS.map((kind) => String(verdicts.filter((verdict) => verdict.kind === kind).length));
    return [program, String(verdicts.length), ...counts, `${(100 * rightShare(verdicts)).toFixed(1)} %`];
  });
  return [
    ['program', 'stops', ...HEADS, 'equal of compared'],
    ['---', ...new Array<string>(COLUMNS.length + 2).fill('--:')],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Throws when the markers are not there. */
export function writeNativeDocs(reports: readonly NativeReport[], gdbVersion: string): void {
  const text = readFileSync(DOCS, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${DOCS} has no markers`);
  const kernel = release().split('-')[0] ?? '';
  const made = [
    BEGIN,
    `Measured ${new Date().toISOString().slice(0, 10)} on kernel ${kernel}, ${gdbVersion}.`,
    '',
    formatNativeTable(reports),
    END,
  ];
  writeFileSync(DOCS, text.slice(0, begin) + made.join('\n') + text.slice(end + END.length));
}
