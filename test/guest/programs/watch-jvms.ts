// Run inside a guest: watches, by the kind of probe of the second argument and the bpftrace of the first, JVMs (as many as the third says, two at
// a time) that show their version, and a program that opens libjvm.so by a name in a page nobody has touched (compiled, its path and that of its
// file of names are the fourth and fifth). Prints what was told as JSON.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { runWatch } from '../../../src/app/watch.ts';
import { PROBE_STYLES, type WatchEvent } from '../../../src/model/watch.ts';

const [bpftrace = '', asked = '', count = '', unseen = '', names = '', java = ''] = process.argv.slice(2);
const AT_ONCE = 2;
/** The kernel's last words come with the next heartbeats. */
const SETTLE_MS = 2000;

const events: WatchEvent[] = [];
const pids: number[] = [];
const stop = new AbortController();
const watching = runWatch(
  {
    ...{ durationMs: null, profiles: null, json: true, printProgram: false, verbosity: 'quiet' },
    probe: PROBE_STYLES.find((style) => style === asked) ?? null,
    bpftracePath: bpftrace,
  },
  { event: (event) => events.push(event), message: () => undefined, program: () => undefined },
  { stop: stop.signal },
);
void watching.catch(() => undefined);
while (!events.some(({ kind }) => kind === 'watching')) await Promise.race([sleep(50), watching]);

async function run(file: string, args: readonly string[]): Promise<void> {
  const child = spawn(file, args, { stdio: 'ignore' });
  pids.push(child.pid ?? 0);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${file} ended with ${String(code)}`);
}

let left = Number(count);
const runner = async (): Promise<void> => {
  while (left-- > 0) await run(java, ['-XX:+UseSerialGC', '-Xshare:auto', '-XX:TieredStopAtLevel=1', '-version']);
};
await Promise.all(Array.from({ length: AT_ONCE }, runner));
await run(unseen, [names]);
await sleep(SETTLE_MS);
stop.abort('SIGINT');
const code = await watching;
console.log(JSON.stringify({ release: release(), code, pids, events }));
