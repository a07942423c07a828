// Kernel × bpftrace × lab: what came of each lab on each machine of lab-machines.ts, as it was found (test/golden/labs-compatibility.json), the table of
// docs/labs/README.md made of it, and whether another run came out the same.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LABS } from '../../src/labs/labs.ts';
import { BPFTRACE_VERSIONS, LAB_MACHINES, type LabMachineOfTests } from './lab-machines.ts';
import type { LabOutcome } from './lab-runs.ts';
import { REPOSITORY } from './repository.ts';

const RESULTS = join(REPOSITORY, 'test/golden/labs-compatibility.json');
export const LABS_PAGE = join(REPOSITORY, 'docs/labs/README.md');

export interface MachineResults {
  /** As `uname -r` says it. */
  readonly kernel: string;
  readonly labs: Readonly<Record<string, LabOutcome>>;
}

/** By the id of the machine. */
export type LabResults = Readonly<Record<string, MachineResults>>;

export function readResults(): LabResults {
  // Written by writeResults.
  return existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as LabResults) : {};
}

/** In the order of machines and labs; what is of neither is left out. */
export function writeResults(results: LabResults): void {
  const ordered = LAB_MACHINES.flatMap(({ id, labs }): [string, MachineResults][] => {
    const found = results[id];
    if (found === undefined) return [];
    const outcomes = labs.flatMap((lab): [string, LabOutcome][] => {
      const outcome = found.labs[lab];
      return outcome === undefined ? [] : [[lab, outcome]];
    });
    return [[id, { kernel: found.kernel, labs: Object.fromEntries(outcomes) }]];
  });
  writeFileSync(RESULTS, `${JSON.stringify(Object.fromEntries(ordered), null, 1)}\n`);
}

/** What differs between an outcome and the one that was found before; null: nothing. Reasons are told in words that may have numbers of that run. */
export function difference(found: LabOutcome, before: LabOutcome | undefined): string | null {
  if (before === undefined) return `no result is kept; now ${JSON.stringify(found)}`;
  return essence(found) === essence(before) ? null : `was ${JSON.stringify(before)}, is ${JSON.stringify(found)}`;
}

function essence(outcome: LabOutcome): string {
  return outcome.kind === 'passed'
    ? JSON.stringify([outcome.kind, outcome.refusals, Object.keys(outcome.notPossible)])
    : outcome.kind;
}

/** The host of the results has another kernel than this one: what came out there need not come out here. */
export function isOfKernel(results: MachineResults | undefined, release: string): boolean {
  const minor = (kernel: string): string => kernel.split('.').slice(0, 2).join('.');
  return results !== undefined && minor(results.kernel) === minor(release);
}

const BEGIN = '<!-- compatibility -->';
const END = '<!-- end -->';

/** The page with the table of these results between its marks. */
export function withTable(page: string, results: LabResults): string {
  const from = page.indexOf(BEGIN) + BEGIN.length;
  const to = page.indexOf(END, from);
  if (from < BEGIN.length || to < 0) throw new Error(`the page has no ${BEGIN} … ${END}`);
  return `${page.slice(0, from)}\n${tableText(results)}\n${page.slice(to)}`;
}

function tableText(results: LabResults): string {
  const machines = LAB_MACHINES.filter(({ id }) => results[id] !== undefined);
  const notes: string[] = [];
  const mark = (words: string): string => {
    const because = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
    if (!notes.includes(because)) notes.push(because);
    return `[${String(notes.indexOf(because) + 1)}]`;
  };
  const rows = LABS.map(({ id: lab }) => {
    const cells = machines.map(({ id }) => cell(results[id]?.labs[lab], mark));
    return `| \`${lab}\` | ${cells.join(' | ')} |`;
  });
  const names = machines.map((machine) => headingOf(machine, results[machine.id]?.kernel ?? ''));
  return [
    `| | ${names.join(' | ')} |`,
    `|---|${machines.map(() => '---|').join('')}`,
    ...rows,
    '',
    ...notes.map((note, index) => `${String(index + 1)}. ${note}`),
  ].join('\n');
}

function headingOf({ guest, bpftrace }: LabMachineOfTests, kernel: string): string {
  const [release = kernel] = /^\d+\.\d+(?:\.[1-9]\d*)?/u.exec(kernel) ?? [];
  return `Linux ${release}<br>${guest?.words ?? 'no kprobes'}<br>bpftrace ${BPFTRACE_VERSIONS[bpftrace] ?? ''}`;
}

function cell(outcome: LabOutcome | undefined, mark: (because: string) => string): string {
  switch (outcome?.kind) {
    case undefined:
      return '–';
    case 'passed': {
      const refusals = outcome.refusals.length > 0 ? [`refusals ${mark(refusalNote(outcome.refusals))}`] : [];
      const reasons = [...new Set(Object.values(outcome.notPossible))];
      const lacks = reasons.map((because) => {
        const keys = Object.keys(outcome.notPossible).filter((key) => outcome.notPossible[key] === because);
        return mark(`Not possible, ${quoted(keys)}: ${because}.`);
      });
      return ['pass', ...refusals, ...(lacks.length > 0 ? [`but ${lacks.join(' ')}`] : [])].join(', ');
    }
    case 'refused':
      return `expected refusal ${mark(`${outcome.because}.`)}`;
    case 'not-possible':
      return `not possible ${mark(`${outcome.because}.`)}`;
    case 'failed':
      return `**fails** ${mark(`${outcome.because}.`)}`;
    default:
      return outcome satisfies never;
  }
}

function refusalNote(keys: readonly string[]): string {
  return `Refused, as the lab's checks expect it of this kernel: ${quoted(keys)}.`;
}

function quoted(keys: readonly string[]): string {
  return keys.map((key) => `\`${key}\``).join(', ');
}
