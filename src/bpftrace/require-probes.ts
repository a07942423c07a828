// Attach points → whether this bpftrace finds them here, asked before anything is sampled: 0.17 leaves out a probe that it does not find
// when others are there, and says nothing.

import { runChild } from '../child/run-child.ts';
import { OperatorError } from '../model/errors.ts';

/** Reading the symbols of a large library, on an emulated machine. */
const LIST_TIMEOUT_MS = 60_000;
/** Of these `bpftrace -l` lists what there is; of the others it may not see what it could attach to. */
const LISTED = ['tracepoint', 'uprobe', 'uretprobe', 'usdt'];
const MAX_SHOWN_CHARACTERS = 300;

/** Throws an OperatorError that names the first that is not there. */
export async function requireProbes(bpftracePath: string, probes: readonly string[]): Promise<void> {
  for (const probe of probes) {
    const provider = probe.slice(0, probe.indexOf(':'));
    if (!LISTED.includes(provider)) continue;
    const { stdout, stderr, timedOut } = await runChild(bpftracePath, ['-l', probe], { timeoutMs: LIST_TIMEOUT_MS });
    if (timedOut || stdout.split('\n').some((line) => line.startsWith(`${provider}:`))) continue;
    throw new OperatorError('usage', `there is no ${probe.slice(0, MAX_SHOWN_CHARACTERS)} here`, hintOf(probe), {
      cause: new Error(stderr),
    });
  }
}

function hintOf(probe: string): string {
  const [provider = '', path = ''] = probe.split(':');
  if (provider === 'tracepoint') return "bpftrace -l 'tracepoint:*' lists what this kernel has";
  return `bpftrace -l '${provider}:${path.slice(0, MAX_SHOWN_CHARACTERS)}:*' lists what the file has`;
}
