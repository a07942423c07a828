// Runs the teaching labs without questions, as root: tsx test/tools/labs.ts [--record | --compatibility [--machine ID]… | --table] [LAB…]
//   nothing          each lab on this machine; exit code 1 when one fails
//   --record         writes templates/labs/recorded/LAB.json, for learners without root
//   --compatibility  each lab on the machines of lab-machines.ts, with what came out before kept where nothing was run; writes the table of docs/labs/README.md
//   --table          that table alone

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findLab, LABS } from '../../src/labs/labs.ts';
import { bpftracesAtHand, javaHome } from '../support/host-tools.ts';
import { LABS_PAGE, readResults, withTable, writeResults } from '../support/lab-compatibility.ts';
import { recordLabInGuest, runLabsInGuest, type GuestLabs } from '../support/lab-guests.ts';
import { LAB_MACHINES, type LabMachineOfTests } from '../support/lab-machines.ts';
import { type LabRun, runLabByCommand } from '../support/lab-runs.ts';
import { recordLab } from '../support/record-lab.ts';
import { REPOSITORY } from '../support/repository.ts';
import { runJtrace } from '../support/run-jtrace.ts';

/** This machine may have one node; guests have as many as asked for. */
const RECORDED_IN_GUEST: Readonly<Partial<Record<string, string>>> = { 'numa-balancing': 'guest-6.1-numa' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    record: { type: 'boolean', default: false },
    compatibility: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
    machine: { type: 'string', multiple: true, default: [] },
  },
});
const asked = positionals.length > 0 ? positionals.map((word) => findLab(word).id) : LABS.map(({ id }) => id);
// Every JVM of a run is the one that the tests use.
const home = javaHome();
if (home !== null) process.env['JAVA_HOME'] = home;

if (values.record) await recordAll();
else if (values.compatibility) await compareAll();
else if (values.table) writeTable();
else process.exitCode = (await runOnHost(null, asked)).runs.some(({ outcome }) => outcome.kind === 'failed') ? 1 : 0;

async function recordAll(): Promise<void> {
  const folder = join(REPOSITORY, 'templates/labs/recorded');
  mkdirSync(folder, { recursive: true });
  for (const lab of asked) {
    try {
      const guest = LAB_MACHINES.find(({ id }) => id === RECORDED_IN_GUEST[lab]);
      const run = guest === undefined ? await recordLab(lab, null) : await recordLabInGuest(guest, lab);
      writeFileSync(join(folder, `${lab}.json`), `${JSON.stringify(run, null, 1)}\n`);
      console.log(`${lab}: recorded`);
    } catch (error) {
      process.exitCode = 1;
      console.error(`${lab}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function compareAll(): Promise<void> {
  const machines = LAB_MACHINES.filter(({ id }) => values.machine.length === 0 || values.machine.includes(id));
  for (const machine of machines) {
    const labs = machine.labs.filter((lab) => asked.includes(lab));
    const { release: kernel, runs } = await runOn(machine, labs);
    const results = readResults();
    const outcomes = Object.fromEntries(runs.map(({ lab, outcome }) => [lab, outcome]));
    writeResults({ ...results, [machine.id]: { kernel, labs: { ...results[machine.id]?.labs, ...outcomes } } });
  }
  writeTable();
}

function writeTable(): void {
  writeFileSync(LABS_PAGE, withTable(readFileSync(LABS_PAGE, 'utf8'), readResults()));
}

function runOn(machine: LabMachineOfTests, labs: readonly string[]): Promise<GuestLabs> {
  console.log(`== ${machine.id}`);
  return machine.guest === null ? runOnHost(machine, labs) : inGuest(machine, labs);
}

async function inGuest(machine: LabMachineOfTests, labs: readonly string[]): Promise<GuestLabs> {
  const found = await runLabsInGuest(machine, labs);
  for (const run of found.runs) tell(run);
  return found;
}

/** `machine`: null, with the bpftrace in PATH. */
async function runOnHost(machine: LabMachineOfTests | null, labs: readonly string[]): Promise<GuestLabs> {
  const bpftrace = machine === null ? null : bpftracesAtHand()[machine.bpftrace];
  if (bpftrace === undefined) throw new Error(`there is no bpftrace for ${machine?.id ?? ''}`);
  const runs: LabRun[] = [];
  for (const lab of labs) {
    const run = await runLabByCommand(runJtrace, lab, bpftrace);
    tell(run);
    runs.push(run);
  }
  // The rest of its name is that of who built it.
  return { release: release().replace(/^(\d+\.\d+\.\d+).*$/u, '$1'), runs };
}

function tell({ lab, outcome, tookMs }: LabRun): void {
  console.log(`${lab}: ${JSON.stringify(outcome)} (${(tookMs / 1000).toFixed(1)} s)`);
}
