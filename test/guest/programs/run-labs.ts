// Run inside a guest: runs labs with --auto, all in one process (starting jtrace anew for each takes an emulated processor longer than many a lab), and
// prints what came of each as JSON. Arguments: the path of bpftrace, `run` or `record`, labs.

import { release } from 'node:os';
import { runCommand } from '../../../src/cli/main.ts';
import { type JtraceRunner, type LabRun, runLabByCommand } from '../../support/lab-runs.ts';
import { recordLab } from '../../support/record-lab.ts';

const [bpftrace = '', doing = '', ...labs] = process.argv.slice(2);

const jtrace: JtraceRunner = async (args) => {
  const said = { stdout: '', stderr: '' };
  const status = await runCommand(args, {
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
    env: {},
  });
  return { status, ...said };
};

if (doing === 'record') {
  const [lab = ''] = labs;
  console.log(JSON.stringify(await recordLab(lab, bpftrace === '' ? null : bpftrace)));
} else {
  const runs: LabRun[] = [];
  for (const lab of labs) {
    const run = await runLabByCommand(jtrace, lab, bpftrace);
    console.error(`${lab}: ${String(run.tookMs)} ms ${JSON.stringify(run.outcome)}`);
    runs.push(run);
  }
  console.log(JSON.stringify({ release: release(), runs }));
}
