// The findings of jtrace doctor → text for people in a hurry: what does not work first, each with what it means and the command that
// changes it, then in short what works, then the JVMs. Text of a target is escaped here.

import { CHECK_GROUPS, type CheckGroup, type DoctorReport, type Finding, type Outcome } from '../../model/doctor.ts';
import { cutEnd, wrapWords } from '../../outputs/display-width.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { freezeLines } from './freeze-evidence.ts';
import { jvmTable } from './jvm-table.ts';
import type { Theme } from './theme.ts';

const INDENT = '  ';
/** The longest name of a group, between two gaps. */
const LABEL_COLUMNS = 12;
/** bpftrace's own words, a path, a program's name. */
const MAX_FOUND_CHARS = 400;

type Problem = Finding & { readonly outcome: Exclude<Outcome, { readonly kind: 'ok' }> };

const GROUP_TITLES = {
  rights: 'Rights',
  kernel: 'Kernel',
  bpftrace: 'bpftrace',
  symbols: 'Symbols',
  jvms: 'JVMs',
  process: 'Process',
} as const satisfies Record<CheckGroup, string>;

const HEADS = {
  ready: 'jtrace has all it needs here',
  limited: 'jtrace works here, with limits',
  unusable: 'jtrace cannot run here',
} as const satisfies Record<DoctorReport['verdict'], string>;

const SECTIONS = [
  { kind: 'missing', title: 'What keeps jtrace from running:' },
  { kind: 'limited', title: 'Limits:' },
  { kind: 'unknown', title: 'What could not be found out:' },
] as const;

export function renderDoctor(report: DoctorReport, maxColumns: number, theme: Theme): readonly string[] {
  const problems = report.findings.filter((finding): finding is Problem => finding.outcome.kind !== 'ok');
  const head = HEADS[report.verdict];
  const colour = report.verdict === 'unusable' ? theme.error : report.verdict === 'limited' ? theme.warning : theme.heading;
  const told = new Set<string>();
  const sections = SECTIONS.flatMap(({ kind, title }) => {
    const own = joined(problems.filter(({ outcome }) => outcome.kind === kind));
    return own.length === 0
      ? []
      : ['', theme.heading(title), ...own.flatMap((one) => problemLines(one, told, maxColumns, theme))];
  });
  return [
    colour(head),
    ...sections,
    '',
    theme.heading('What works:'),
    ...worksLines(report.findings, maxColumns),
    ...(report.jvms.length === 0 ? [] : ['', ...jvmTable(report.jvms, maxColumns)]),
    ...freezeLines(report.freeze, maxColumns, theme),
  ];
}

/** What is not known for one and the same reason is told once. */
function joined(problems: readonly Problem[]): readonly { readonly title: string; readonly outcome: Problem['outcome'] }[] {
  const byReason = new Map<string, { titles: string[]; outcome: Problem['outcome'] }>();
  for (const { title, outcome } of problems) {
    const known = byReason.get(outcome.found);
    if (known === undefined) byReason.set(outcome.found, { titles: [title], outcome });
    else known.titles.push(title);
  }
  return [...byReason.values()].map(({ titles, outcome }) => ({ title: titles.join(', '), outcome }));
}

function problemLines(
  { title, outcome }: { readonly title: string; readonly outcome: Problem['outcome'] },
  told: Set<string>,
  maxColumns: number,
  theme: Theme,
): readonly string[] {
  // A command that changes several things is told once.
  const command = outcome.command === null || told.has(outcome.command) ? null : outcome.command;
  if (command !== null) told.add(command);
  const shade = outcome.kind === 'missing' ? theme.error : theme.warning;
  const text = (words: string): readonly string[] =>
    wrapWords(escapeForTerminal(words, MAX_FOUND_CHARS), maxColumns - 2 * INDENT.length).map(
      (line) => `${INDENT}${INDENT}${line}`,
    );
  return [
    ...wrapWords(`${title}: ${escapeForTerminal(outcome.found, MAX_FOUND_CHARS)}`, maxColumns - INDENT.length).map(
      (line) => `${INDENT}${shade(line)}`,
    ),
    ...text(outcome.means),
    // Whole, however long: it is to be copied.
    ...(command === null ? [] : [`${INDENT}${INDENT}${theme.heading(`$ ${command}`)}`]),
  ];
}

function worksLines(findings: readonly Finding[], maxColumns: number): readonly string[] {
  return CHECK_GROUPS.flatMap((group) => {
    const texts = findings
      .filter((finding) => finding.group === group && finding.outcome.kind === 'ok')
      .map(({ outcome }) => escapeForTerminal(outcome.found, MAX_FOUND_CHARS));
    if (texts.length === 0) return [];
    const label = `${INDENT}${GROUP_TITLES[group]}`.padEnd(LABEL_COLUMNS);
    const lines = wrapWords(texts.join('; '), maxColumns - label.length);
    return lines.map((line, index) => `${index === 0 ? label : ' '.repeat(label.length)}${cutEnd(line, maxColumns)}`);
  });
}
