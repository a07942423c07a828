// Runs that come with jtrace for learners without root: there is one of each lab, whole, of a size to be read, and good by the lab's own checks; and
// replayed it needs neither root nor bpftrace, as these tests do not.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordedRun } from '../../../src/app/labs/recorded-runs.ts';
import { runCommand } from '../../../src/cli/main.ts';
import { judgeChecks } from '../../../src/labs/judge.ts';
import type { Lab } from '../../../src/labs/lab.ts';
import { LABS } from '../../../src/labs/labs.ts';
import type { Measurements } from '../../../src/model/lab.ts';
import { expectGolden } from '../../support/golden.ts';
import { REPOSITORY } from '../../support/repository.ts';

const GOLDEN_LAB = 'page-not-there';
/** A learner reads it; and all of them are in the package. */
const MOST_BYTES = 100_000;
/** Folders of one run and of one machine. */
const OF_A_MACHINE = /jtrace-lab-\w|jtrace-guest|\/root\/|\/home\/|(?<!\/var)\/tmp\/(?!hsperf|perf-)/u;

async function replayed(lab: string): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-recorded-'));
  const said = { stdout: '', stderr: '' };
  try {
    const code = await runCommand(['lab', 'run', lab, '--auto', '--recorded', '--records', folder], {
      stdout: { write: (text: string) => (said.stdout += text) },
      stderr: { write: (text: string) => (said.stderr += text) },
      env: {},
    });
    return { code, ...said };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Why something was not measured: there only where it was not. */
const REASON = /(?:Missing|WhyNot|because)$/u;

/** What was not measured, though checks that pass look at it: those that are not possible say so by what is missing. */
function missingKeys({ checks }: Lab, measurements: Measurements): readonly string[] {
  return Object.values(checks).flatMap((check) => {
    const missing: string[] = [];
    const watched = new Proxy(measurements, {
      get: (target, key) => {
        if (typeof key !== 'string') return undefined;
        if (!(key in target) && !REASON.test(key)) missing.push(key);
        return target[key];
      },
    });
    return check(watched).kind === 'passed' ? missing : [];
  });
}

describe.each(LABS)('the recorded run of $id', (lab) => {
  const path = join(REPOSITORY, `templates/labs/recorded/${lab.id}.json`);

  test('is there, whole, and good by the checks of the lab', () => {
    expect(existsSync(path), `npm run labs -- --record ${lab.id}`).toBe(true);
    const { measurements, steps, machine } = recordedRun(lab.id);
    const outcomes = judgeChecks(lab, measurements);
    expect(outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toEqual([]);
    expect(outcomes.filter(({ outcome }) => outcome.kind === 'passed')).not.toEqual([]);
    expect(missingKeys(lab, measurements)).toEqual([]);
    // Each step shows something.
    expect(Object.keys(steps)).toEqual(lab.steps.map(({ key }) => key));
    for (const [key, shown] of Object.entries(steps)) expect(shown.length, key).toBeGreaterThan(0);
    expect(machine.bpftraceVersion).toMatch(/^bpftrace v\d/);
  });

  test('tells nothing of the machine but its kernel and bpftrace, and is short', () => {
    const text = readFileSync(path, 'utf8');
    expect(text.length).toBeLessThan(MOST_BYTES);
    expect(OF_A_MACHINE.exec(text)?.[0]).toBeUndefined();
  });

  test('is replayed, and says that it is recorded', async () => {
    const { code, stdout, stderr } = await replayed(lab.id);
    expect(stderr).toContain('not on this machine');
    expect(code).toBe(0);
    expect(stdout.match(/\[RECORDED on /gu) ?? []).toHaveLength(lab.steps.length);
  });
});

test('a recorded run reads as it is kept', async () => {
  const { stdout, stderr } = await replayed(GOLDEN_LAB);
  expectGolden(`labs/${GOLDEN_LAB}-recorded.txt`, `${stdout}${stderr.replaceAll(/^(?=.)/gmu, '2> ')}`);
});
