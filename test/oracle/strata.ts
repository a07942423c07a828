// Reports of stops → the accuracy table: per stratum how many stops, how many equal, how many where the debugger is shown wrong, how
// many wrong. Every stop is counted in its mode, its leaf, and where it applies in deep and inlined; none is left out.

import { LEAVES, type StopReport } from './examine-stop.ts';
import { MODES } from './test-jvm.ts';

export interface StratumRow {
  readonly name: string;
  readonly stops: number;
  readonly equal: number;
  readonly jhsdbWrong: number;
  readonly wrong: number;
  /** How many of the stops jtrace itself called unfinished. */
  readonly unfinished: number;
}

interface Stratum {
  readonly name: string;
  readonly has: (report: StopReport) => boolean;
}

const modeNames = Object.keys(MODES) as (keyof typeof MODES)[];

/** JDKs whose debugger can be asked. 8: its serviceability agent needs symbols that Debian's stripped libjvm does not have. */
export const ORACLE_JDKS = ['11', '17', '21', '25', '26', '27'] as const;

/** The strata that must each have enough stops, in the table's order. */
export const STRATA: readonly Stratum[] = [
  ...ORACLE_JDKS.map((jdk) => ({ name: `JDK ${jdk}`, has: (report: StopReport) => report.jdk === jdk })),
  ...modeNames.map((mode) => ({ name: `mode ${mode}`, has: (report: StopReport) => report.mode === mode })),
  ...LEAVES.map((leaf) => ({ name: `leaf ${leaf}`, has: (report: StopReport) => report.leaf === leaf })),
  { name: 'deep (200 frames and more)', has: ({ deep }) => deep },
  { name: 'inlined at the leaf', has: ({ inlined }) => inlined },
];

/** One row per stratum, and the total last. */
export function tabulate(reports: readonly StopReport[]): readonly StratumRow[] {
  return [...STRATA, { name: 'all', has: () => true }].map(({ name, has }) => row(name, reports.filter(has)));
}

/** The same by JDK and mode together, without empty cells. */
export function tabulateModes(reports: readonly StopReport[]): readonly StratumRow[] {
  return ORACLE_JDKS.flatMap((jdk) =>
    modeNames.map((mode) =>
      row(
        `JDK ${jdk}, ${mode}`,
        reports.filter((report) => report.jdk === jdk && report.mode === mode),
      ),
    ),
  ).filter(({ stops }) => stops > 0);
}

/** The same by mode and leaf together, without empty cells. */
export function crossTabulate(reports: readonly StopReport[]): readonly StratumRow[] {
  return modeNames
    .flatMap((mode) =>
      LEAVES.map((leaf) =>
        row(
          `${mode} × ${leaf}`,
          reports.filter((report) => report.mode === mode && report.leaf === leaf),
        ),
      ),
    )
    .filter(({ stops }) => stops > 0);
}

/** Right means equal, or the debugger shown wrong. */
export function rightShare({ stops, wrong }: StratumRow): number {
  return stops === 0 ? 1 : (stops - wrong) / stops;
}

/** The stratum with the smallest share of right stops. */
export function worstStratum(rows: readonly StratumRow[]): StratumRow | null {
  return rows.filter(({ stops }) => stops > 0).sort((a, b) => rightShare(a) - rightShare(b))[0] ?? null;
}

export function formatTable(rows: readonly StratumRow[]): string {
  const head = '| stratum | stops | equal | jhsdb wrong (proved) | wrong | right | jtrace unfinished |';
  const lines = rows.map((line) => {
    const { name, stops, equal, jhsdbWrong, wrong, unfinished } = line;
    return `| ${name} | ${String(stops)} | ${String(equal)} | ${String(jhsdbWrong)} | ${String(wrong)} | ${stops === 0 ? '–' : `${(100 * rightShare(line)).toFixed(1)} %`} | ${String(unfinished)} |`;
  });
  return [head, '|---|---|---|---|---|---|---|', ...lines].join('\n');
}

function row(name: string, reports: readonly StopReport[]): StratumRow {
  const count = (kind: string): number => reports.filter(({ verdict }) => verdict.kind === kind).length;
  return {
    name,
    stops: reports.length,
    equal: count('equal'),
    jhsdbWrong: count('jhsdb-wrong'),
    wrong: count('wrong'),
    unfinished: reports.filter(({ outcome }) => outcome === 'unfinished').length,
  };
}
