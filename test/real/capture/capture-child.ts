// Run as a program of its own by ending.test.ts: captures PID with BPFTRACE until it is ended, and prints bpftrace's pid when ready.
// Survives Ctrl-C as jtrace does.

import { asPid } from '../../../src/model/units.ts';
import { startCapture } from '../../../src/bpftrace/run.ts';
import { programFor } from './captured.ts';

const [bpftrace = '', pid = ''] = process.argv.slice(2);
process.on('SIGINT', () => console.log('INTERRUPTED'));
const capture = await startCapture({
  bpftracePath: bpftrace,
  program: await programFor(bpftrace, [asPid(Number(pid))]),
  onEvent: (event) => {
    if (event.kind === 'ready') console.log(`READY ${String(capture.bpftracePid)}`);
    if (event.kind === 'failed') console.log(`FAILED ${event.error.message} ${String(event.error.cause)}`);
    if (event.kind === 'stopped') console.log('STOPPED');
  },
});
