// What `jtrace residency` found → lines: a row for each mapping, below it why bytes in memory cannot be read, then the sums and what
// each cause means.

import { CAUSE_TEXTS, type UnreadableCause } from '../../model/page-state.ts';
import type { CauseBytes, MappingResidency, ReadCheck, Residency } from '../../model/residency.ts';
import { wrapWords } from '../../outputs/display-width.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { formatCount, formatDuration } from './format-number.ts';
import { shortBytes } from './short-bytes.ts';
import { renderTable, type TableColumn } from './table.ts';

const COLUMNS: readonly TableColumn[] = [
  ...['SIZE', 'PAGE', 'RESIDENT', 'SWAPPED', 'ABSENT', 'READABLE'].map(
    (head) => ({ head, align: 'right', cut: 'none' }) as const,
  ),
  { head: 'MAPPING', align: 'left', cut: 'middle' },
];
/** A screen; of a JVM's some 300 mappings these hold nearly all. */
const DEFAULT_ROWS = 20;
const MAX_NAME_CHARS = 200;
const INDENT = '      ';

export interface TableLook {
  readonly columns: number;
  readonly all: boolean;
}

export function renderResidency(residency: Residency, { columns, all }: TableLook): readonly string[] {
  const { mappings } = residency;
  const rows = all ? mappings : mostResident(mappings);
  const table = renderTable(COLUMNS, [...rows.map(cells), totals(mappings)], columns);
  const [head = '', ...lines] = table;
  const shown = lines.flatMap((line, index) => [line, ...differences(rows[index], columns)]);
  const more = mappings.length - rows.length;
  return [
    escapeForTerminal(`Process ${String(residency.pid)} (${residency.label}): ${formatCount(mappings.length)} mappings`, columns),
    head,
    ...shown,
    ...(more > 0 ? [`… ${formatCount(more)} mappings with less in memory are in the sums (--all shows them)`] : []),
    '',
    ...causeLines(mappings, columns),
    ...notes(residency, columns),
  ];
}

/** In the order of addresses, as they lie in memory. */
function mostResident(mappings: readonly MappingResidency[]): readonly MappingResidency[] {
  const weight = ({ residentBytes, swappedBytes }: MappingResidency): number => residentBytes + swappedBytes;
  const chosen = new Set([...mappings].sort((a, b) => weight(b) - weight(a)).slice(0, DEFAULT_ROWS));
  return mappings.filter((mapping) => chosen.has(mapping));
}

function cells(row: MappingResidency): readonly string[] {
  const { mapping } = row;
  const name = mapping.path === '' ? mapping.start.toString(16) : mapping.path;
  return [
    ...sizes(row),
    `${mapping.permissions} ${escapeForTerminal(name, MAX_NAME_CHARS)}${mapping.deleted ? ' (deleted)' : ''}`,
  ];
}

/** Where huge entries map a part, the page size has a plus. */
function sizes(row: MappingResidency): readonly string[] {
  return [
    shortBytes(row.sizeBytes),
    `${shortBytes(row.pageBytes)}${row.hugeBytes > 0 ? '+' : ''}`,
    ...[row.residentBytes, row.swappedBytes, row.absentBytes, row.readableBytes].map(shortBytes),
  ];
}

function totals(mappings: readonly MappingResidency[]): readonly string[] {
  const sum = (value: (row: MappingResidency) => number): string =>
    shortBytes(mappings.reduce((total, row) => total + value(row), 0));
  return [
    sum(({ sizeBytes }) => sizeBytes),
    '',
    sum(({ residentBytes }) => residentBytes),
    sum(({ swappedBytes }) => swappedBytes),
    sum(({ absentBytes }) => absentBytes),
    sum(({ readableBytes }) => readableBytes),
    'all',
  ];
}

/** Why bytes that are in memory cannot be read. */
function differences(row: MappingResidency | undefined, columns: number): readonly string[] {
  const causes = row?.causes.filter(({ isResident }) => isResident) ?? [];
  if (causes.length === 0) return [];
  const text = causes.map(({ cause, bytes }) => `${shortBytes(bytes)} ${CAUSE_TEXTS[cause].title}`).join(', ');
  return wrapWords(`in memory, not readable: ${text}`, columns, INDENT);
}

function causeLines(mappings: readonly MappingResidency[], columns: number): readonly string[] {
  const sums = new Map<UnreadableCause, { resident: number; other: number }>();
  for (const { cause, bytes, isResident } of mappings.flatMap((row): readonly CauseBytes[] => row.causes)) {
    const sum = sums.get(cause) ?? { resident: 0, other: 0 };
    sum[isResident ? 'resident' : 'other'] += bytes;
    sums.set(cause, sum);
  }
  if (sums.size === 0) return [];
  const ordered = [...sums].sort(([, a], [, b]) => b.resident + b.other - a.resident - a.other);
  return [
    'What BPF cannot read, and why:',
    ...ordered.flatMap(([cause, { resident, other }]) => {
      const { title, meaning, remedy } = CAUSE_TEXTS[cause];
      return [
        `  ${shortBytes(resident + other).padStart(5)}  ${title}`,
        ...wrapWords(`${meaning}; ${remedy}`, columns, '         '),
      ];
    }),
  ];
}

function notes(residency: Residency, columns: number): readonly string[] {
  const lines = [`Page tables read in ${formatDuration(residency.lookMs)}, ${formatCount(residency.entries)} entries.`];
  if (residency.isForkChild)
    lines.push(
      `This process was forked and runs no program of its own yet${residency.isParentKnown ? '' : '; its parent could not be looked at'}.`,
    );
  if (residency.isNumaBalancing) lines.push('NUMA balancing is on: pages become unreadable for a moment as it scans.');
  if (residency.unopenedFiles > 0)
    lines.push(
      `Of ${formatCount(residency.unopenedFiles)} mappings it is not known what of their files is in memory: they could not be opened.`,
    );
  if (residency.unansweredFiles > 0)
    lines.push(
      `Of ${formatCount(residency.unansweredFiles)} mappings it is not known what of their files is in memory: too many pages, or lines were lost.`,
    );
  if (residency.check !== null) lines.push(checkText(residency.check));
  return lines.flatMap((line) => wrapWords(line, columns));
}

/** What the reads in the process's own context said of it. */
export function checkText(check: ReadCheck): string {
  if (check.read === 0) return 'Not checked by reads: the process was on no CPU for a second (page tables do not need it to be).';
  const told = check.readable + check.unreadable;
  const silent = check.silent > 0 ? `; ${formatCount(check.silent)} pages hold zeros where they were read, and say nothing` : '';
  if (check.contradicted > 0)
    return `Checked by ${formatCount(check.read)} reads of BPF in the process: ${formatCount(check.contradicted)} say otherwise than the page tables (pages that come and go)${silent}.`;
  return `Checked by reads of BPF in the process: ${formatCount(told)} of ${formatCount(told)} say what the page tables say (${formatCount(check.readable)} readable, ${formatCount(check.unreadable)} not)${silent}.`;
}
