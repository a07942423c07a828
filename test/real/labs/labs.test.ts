// The teaching labs on this machine, with the installed bpftrace and later ones: they come out as the table of docs/labs/README.md says, or, on another kernel than that of
// the table, at least none fails.

import { release } from 'node:os';
import { expect, test } from 'vitest';
import { bpftracesAtHand, javaHome } from '../../support/host-tools.ts';
import { difference, isOfKernel, readResults } from '../../support/lab-compatibility.ts';
import { LAB_MACHINES } from '../../support/lab-machines.ts';
import { runLabByCommand } from '../../support/lab-runs.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace } from '../../support/run-jtrace.ts';

/** A lab takes less than a minute; on a busy machine, several. */
const TIMEOUT_MS = 400_000;

const CASES = LAB_MACHINES.filter(({ guest, bpftrace }) => guest === null && bpftrace < bpftracesAtHand().length).flatMap(
  (machine) => machine.tested.map((lab) => ({ lab, machine })),
);

describeOnHost('labs', ['root', 'bpftrace', 'cc', 'jdk17', 'binutils'], () => {
  test.each(CASES)(
    '$lab, $machine.id',
    async ({ lab, machine }) => {
      const jtrace = (args: readonly string[]) => runJtrace(args, { env: { JAVA_HOME: javaHome() ?? undefined } });
      const { outcome } = await runLabByCommand(jtrace, lab, bpftracesAtHand()[machine.bpftrace] ?? null);
      const before = readResults()[machine.id];
      const expected = isOfKernel(before, release()) ? before?.labs[lab] : undefined;
      if (expected === undefined) expect(outcome.kind, JSON.stringify(outcome)).not.toBe('failed');
      else expect(difference(outcome, expected)).toBeNull();
    },
    TIMEOUT_MS,
  );
});
