// Labs run with --auto, one after the other, and what came of each: told by the exit code, the record and what was said.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecord } from '../../src/app/labs/lab-records.ts';
import { EXIT } from '../../src/model/errors.ts';
import type { CheckResult, LabRecord } from '../../src/model/lab.ts';

/** What came of a lab on a machine. */
export type LabOutcome =
  | {
      readonly kind: 'passed';
      /** Checks that pass because the kernel or bpftrace refuses something, as it is expected of it. */
      readonly refusals: readonly string[];
      /** Checks that this machine cannot show, and why. */
      readonly notPossible: Readonly<Record<string, string>>;
    }
  /** It was begun, and the kernel or bpftrace cannot do what it needs. */
  | { readonly kind: 'refused'; readonly because: string }
  /** The machine lacks what it needs. */
  | { readonly kind: 'not-possible'; readonly because: string }
  | { readonly kind: 'failed'; readonly because: string };

export interface LabRun {
  readonly lab: string;
  readonly outcome: LabOutcome;
  readonly tookMs: number;
}

/** Runs `jtrace ARGS…`. */
export type JtraceRunner = (
  args: readonly string[],
) => Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>;

/** What `jtrace lab` says where needs are missing (src/app/labs/work-in-room.ts). */
const CANNOT_RUN = 'this lab cannot run here: ';
/** bpftrace or the kernel did not take a program (src/app/labs/real-room.ts): other errors are no refusals. */
const NOT_TAKEN = 'bpftrace has ended before its probes were attached';
/** In what a check measured. */
const REFUSED = /\brefused\b/u;

/** `bpftrace`: null, the one in PATH. */
export async function runLabByCommand(jtrace: JtraceRunner, lab: string, bpftrace: string | null): Promise<LabRun> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-records-'));
  const begunMs = performance.now();
  try {
    const option = bpftrace === null ? [] : ['--bpftrace', bpftrace];
    const { status, stderr } = await jtrace(['lab', 'run', lab, '--auto', '--records', folder, ...option]);
    const record = readRecord({ path: folder, owner: null }, lab);
    return { lab, outcome: outcomeOf(status, stderr, record), tookMs: Math.round(performance.now() - begunMs) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function outcomeOf(status: number | null, stderr: string, record: Pick<LabRecord, 'checks'> | null): LabOutcome {
  if (status === EXIT.environment) {
    const said = errorOf(stderr);
    if (said.startsWith(CANNOT_RUN)) return { kind: 'not-possible', because: said.slice(CANNOT_RUN.length) };
    return { kind: said.startsWith(NOT_TAKEN) ? 'refused' : 'failed', because: said };
  }
  const failed = (record?.checks ?? []).filter(({ outcome }) => outcome.kind === 'failed');
  if (status !== EXIT.ok || record === null || failed.length > 0) {
    const why = failed.length > 0 ? failed.map(failureText).join('; ') : errorOf(stderr);
    return { kind: 'failed', because: `exit code ${String(status)}: ${why}` };
  }
  const refusals = record.checks.filter(({ outcome }) => outcome.kind === 'passed' && REFUSED.test(outcome.measured));
  const notPossible = record.checks.flatMap(({ key, outcome }): [string, string][] =>
    outcome.kind === 'not-possible' ? [[key, outcome.because]] : [],
  );
  const [first] = notPossible;
  if (first !== undefined && notPossible.length === record.checks.length) return { kind: 'not-possible', because: first[1] };
  return { kind: 'passed', refusals: refusals.map(({ key }) => key), notPossible: Object.fromEntries(notPossible) };
}

/** The last error, with the next line of a bug's: notes of what goes on come before it, the hint below it. */
function errorOf(stderr: string): string {
  const lines = stderr.trimEnd().split('\n');
  const at = lines.findLastIndex((line) => line.startsWith('jtrace: '));
  const said = (lines[at] ?? 'nothing was said').replace('jtrace: ', '');
  return said.startsWith('a bug ') ? [said, ...lines.slice(at + 1, at + 4).map((line) => line.trim())].join(' | ') : said;
}

function failureText({ key, outcome }: CheckResult): string {
  return outcome.kind === 'failed' ? `${key} was ${outcome.measured}, not ${outcome.expected}` : key;
}
