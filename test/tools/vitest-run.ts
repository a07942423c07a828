// One vitest project run as a child: shown as it goes, bounded in time, and counted from its JSON report. What the report cannot
// tell (a file that did not load, a run that crashed or hung) counts as a failed test.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { isRecord } from '../support/is-record.ts';
import { REPOSITORY } from '../support/repository.ts';
import { addTallies, emptyTally, oneTest } from './tally.ts';
import type { Tally } from './tally.ts';

/** Between asking a hung run to end and killing it. */
const KILL_GRACE_MS = 10_000;

const VITEST = join(REPOSITORY, 'node_modules/vitest/vitest.mjs');

/** Runs a project and counts its tests. */
export async function runVitest(project: string, variables: Readonly<Record<string, string>>, limitMs: number): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-tests-'));
  const file = join(folder, 'report.json');
  try {
    const args = [
      'run',
      '--project',
      project,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ];
    const status = await runBounded(args, variables, limitMs);
    return tallyOfReport(project, readReport(file), status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Tallies a vitest JSON report (Jest's format) and the run's own status. */
export function tallyOfReport(project: string, report: unknown, status: number | null): Tally {
  if (!isRecord(report) || !Array.isArray(report['testResults'])) {
    return oneTest(`${project}: no report (${status === null ? 'hung and was ended' : `status ${status}`})`, false);
  }
  const total = addTallies(report['testResults'].filter(isRecord).map(tallyOfFile));
  // Errors outside of tests (an unhandled rejection, a worker that died) show only in the status.
  if (status !== 0 && total.failed === 0)
    return addTallies([total, oneTest(`${project}: run ended with status ${status ?? 'none'}`, false)]);
  return total;
}

function tallyOfFile(result: Readonly<Record<string, unknown>>): Tally {
  const name = relative(REPOSITORY, String(result['name']));
  const tests = Array.isArray(result['assertionResults']) ? result['assertionResults'].filter(isRecord) : [];
  if (result['status'] === 'failed' && !tests.some((each) => each['status'] === 'failed')) {
    const first = String(result['message']).split('\n')[0] ?? '';
    return addTallies([...tests.map((each) => tallyOfTest(name, each)), oneTest(`${name}: ${first}`, false)]);
  }
  return addTallies(tests.map((each) => tallyOfTest(name, each)));
}

function tallyOfTest(file: string, result: Readonly<Record<string, unknown>>): Tally {
  const title = `${file}: ${String(result['fullName'])}`;
  if (result['status'] === 'passed') return oneTest(title, true);
  if (result['status'] === 'failed') return oneTest(title, false);
  return { ...emptyTally, skipped: 1, notes: [`SKIPPED ${title}`] };
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null; // not written: the run did not get that far
  }
}

/** Runs vitest in a process group of its own, so that a hang takes its JVMs and bpftraces along; null: it had to be ended. */
async function runBounded(
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  limitMs: number,
): Promise<number | null> {
  const child = spawn(process.execPath, [VITEST, ...args], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...variables },
    detached: true,
  });
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // the group has ended in the meantime
    }
  };
  const limited = { hung: false };
  const limit = setTimeout(() => {
    limited.hung = true;
    console.error(`== still running after ${limitMs / 60_000} minutes: ended`);
    signalGroup('SIGTERM');
    setTimeout(() => signalGroup('SIGKILL'), KILL_GRACE_MS).unref();
  }, limitMs);
  const onSignal = (signal: NodeJS.Signals): void => signalGroup(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  try {
    const status = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 128));
    });
    return limited.hung ? null : status;
  } finally {
    clearTimeout(limit);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal);
  }
}
