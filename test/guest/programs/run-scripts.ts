// Run inside a guest: runs the scripts that need kernel probes, on the bpftrace of the second argument, beside known-events (compiled, its path
// is the first one), whose counts are known. Prints what came out as JSON, and how long it took.

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { release } from 'node:os';
import { type ScriptRun, runScript } from '../../support/script-run.ts';

/** Of `sleeps`: each sleeps for 20 ms. */
const COUNT = 12;
/** One file system alone: the guest's root is one above another, and operations on it happen in both. */
const FOLDER = '/run/jt-vfs';

const [known = '', bpftrace = ''] = process.argv.slice(2);

function mapsOf({ maps }: ScriptRun): Readonly<Record<string, unknown>> {
  return Object.fromEntries(maps);
}

mkdirSync(FOLDER);
const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', FOLDER], { encoding: 'utf8' });
if (status !== 0) throw new Error(stderr);

const begunMs = performance.now();
// At once: each looks at its own program alone, and a guest has two processors.
const [sleeps, files] = await Promise.all([
  runScript(bpftrace, 'kernel-function-latency', {
    command: [known, 'sleeps', String(COUNT)],
    values: () => ({ function: '__x64_sys_clock_nanosleep' }),
    isConfined: true,
  }),
  runScript(bpftrace, 'vfs-kernel', { command: [known, 'vfs', String(COUNT), FOLDER], isConfined: true }),
]);
const tookMs = Math.round(performance.now() - begunMs);
console.log(JSON.stringify({ release: release(), count: COUNT, tookMs, latency: mapsOf(sleeps), operations: mapsOf(files) }));
