// Labs in guests: one boot runs all labs of a machine.

import type { RecordedRun } from '../../src/app/labs/recorded-runs.ts';
import { runInGuest } from './guest.ts';
import { withGuestProgram } from './guest-program.ts';
import { bpftracesAtHand } from './host-tools.ts';
import type { LabMachineOfTests } from './lab-machines.ts';
import type { LabRun } from './lab-runs.ts';

/** A minute on an idle machine; a busy one has many. */
const TIMEOUT_MS = 1_200_000;

export interface GuestLabs {
  /** As `uname -r` says it there. */
  readonly release: string;
  readonly runs: readonly LabRun[];
}

export async function runLabsInGuest(machine: LabMachineOfTests, labs: readonly string[]): Promise<GuestLabs> {
  const bpftrace = bpftracesAtHand()[machine.bpftrace];
  if (bpftrace === undefined) throw new Error(`there is no bpftrace for ${machine.id}`);
  // Printed by run-labs.ts.
  return JSON.parse(await output(machine, [bpftrace, 'run', ...labs])) as GuestLabs;
}

/** With the bpftrace in PATH, so that what is shown has no option for it. */
export async function recordLabInGuest(machine: LabMachineOfTests, lab: string): Promise<RecordedRun> {
  return JSON.parse(await output(machine, ['', 'record', lab])) as RecordedRun;
}

async function output({ id, guest }: LabMachineOfTests, words: readonly string[]): Promise<string> {
  if (guest === null) throw new Error(`${id} is no guest`);
  let said = '';
  await withGuestProgram('run-labs', async (program) => {
    const options = { timeoutMs: TIMEOUT_MS, machine: guest.machine };
    const { status, stdout, stderr } = await runInGuest(guest.kernel, ['node', program, ...words], options);
    if (status !== 0) throw new Error(`${id} ended with ${String(status)}: ${stderr.slice(-4000)}`);
    said = stdout;
  });
  return said;
}
