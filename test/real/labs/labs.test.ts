// The teaching labs on this machine, with the installed bpftrace and later ones: they come out as the table of docs/labs/README.md says, or, on another kernel than that of
// the table, at least none fails.

import { release } from 'node:os';
import process from 'node:process';
import { afterEach, expect, test } from 'vitest';
import { bpftracesAtHand, javaHome } from '../../support/host-tools.ts';
import { difference, isOfKernel, readResults } from '../../support/lab-compatibility.ts';
import { LAB_MACHINES } from '../../support/lab-machines.ts';
import { runLabByCommand } from '../../support/lab-runs.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { type JtraceRun, startJtrace } from '../../support/run-jtrace.ts';

/** A lab takes less than a minute; on a busy machine, several. */
const TIMEOUT_MS = 400_000;

const CASES = LAB_MACHINES.filter(({ guest }) => guest === null).flatMap((machine) =>
  machine.tested.map((lab) => ({ lab, machine })),
);
let run: JtraceRun | null = null;

describeOnHost('labs', ['root', 'bpftrace', 'cc', 'jdk17', 'binutils'], () => {
  // One that a test has given up on would hold the lock.
  afterEach(() => run?.stop());

  const jtrace = (args: readonly string[]) => {
    run = startJtrace(args, { env: { JAVA_HOME: javaHome() ?? undefined } });
    return run.ended;
  };

  test.each(CASES)(
    '$lab, $machine.id',
    async ({ lab, machine }) => {
      const bpftrace = bpftracesAtHand()[machine.bpftrace];
      // In CI all are there (cli.test.ts and others want them).
      if (bpftrace === undefined && process.env['CI'] !== 'true') {
        console.warn(`SKIPPED: there is no bpftrace for ${machine.id}`);
        return;
      }
      expect(bpftrace, machine.id).toBeDefined();
      const found = async () => (await runLabByCommand(jtrace, lab, bpftrace ?? null)).outcome;
      const before = readResults()[machine.id];
      const expected = isOfKernel(before, release()) ? before?.labs[lab] : undefined;
      let outcome = await found();
      // A machine that is busy for the moment cannot show some things, and the lab says so: it is asked once more.
      if (outcome.kind === 'passed' && expected !== undefined && difference(outcome, expected) !== null) outcome = await found();
      if (expected === undefined) expect(outcome.kind, JSON.stringify(outcome)).not.toBe('failed');
      else expect(difference(outcome, expected)).toBeNull();
    },
    TIMEOUT_MS,
  );
});
