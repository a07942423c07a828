// The accuracy table's place in docs/accuracy.md: what stands between the markers is replaced, all else is a person's text.

import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { formatTable, rightShare, worstStratum, type StratumRow } from './strata.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs', 'accuracy.md');
const BEGIN = '<!-- accuracy table: begin (written by npm run accuracy -- --write-docs) -->';
const END = '<!-- accuracy table: end -->';

export interface AccuracyFacts {
  readonly rows: readonly StratumRow[];
  /** By JDK and mode. */
  readonly byMode: readonly StratumRow[];
  readonly faults: string;
  readonly confirmed: number;
  /** Stops at which the plain tool was asked as well, and agreed. */
  readonly plainStops: number;
  readonly javaHomes: readonly string[];
  /** As it calls itself. */
  readonly bpftrace: string;
}

/** Throws when the markers are not there. */
export function writeAccuracyDocs({ rows, faults, confirmed, plainStops, javaHomes, byMode, bpftrace }: AccuracyFacts): void {
  const text = readFileSync(DOCS, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${DOCS} has no markers`);
  const worst = worstStratum(rows);
  const jdks = javaHomes.map(versionOf).join(', ');
  const made = [
    BEGIN,
    `Measured ${new Date().toISOString().slice(0, 10)} on kernel ${release().split('-')[0] ?? ''}, OpenJDK ${jdks}; ${bpftrace}.`,
    '',
    formatTable(rows),
    '',
    'By JDK and mode:',
    '',
    formatTable(byMode),
    '',
    worst ? `Worst stratum: ${worst.name}, ${(100 * rightShare(worst)).toFixed(1)} % of ${String(worst.stops)} stops.` : '',
    `Why jhsdb was wrong: ${faults || 'it never was'}.`,
    `Of the equal stops ${String(confirmed)} are confirmed by the walk from bytes. At ${String(plainStops)} stops \`jhsdb jstack --pid\` was run as well and printed the same.`,
    END,
  ];
  writeFileSync(DOCS, text.slice(0, begin) + made.join('\n') + text.slice(end + END.length));
}

function versionOf(javaHome: string): string {
  return /^JAVA_VERSION="(.*)"$/mu.exec(readFileSync(join(javaHome, 'release'), 'utf8'))?.[1] ?? 'of unknown version';
}
