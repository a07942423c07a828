// Program of run-on-dist.ts: the first look at a JVM, in a process that has not looked at any: the VM's tables, symbols and call frame
// tables of libjvm and of libc; then the first stack. Arguments: pid, home of the cache, a recording of that JVM and the place of the
// sample in it that is the first; -1: the first one whose stack is complete is looked for, and told. Prints one line of JSON.

import { setTimeout } from 'node:timers/promises';
import { createUserCache } from '../../src/app/user-cache/user-cache.ts';
import { asElfAddress, asPid } from '../../src/model/units.ts';
import { LibraryBuilds } from '../../src/target/library-builds.ts';
import { openTarget } from '../../src/target/open-target.ts';
import { openReplay } from '../../src/target/recording/replay.ts';
import { createProcessUnwinder } from '../../src/unwind/process-unwinder.ts';

const SETTLE_MS = 200;

const [pid, home, recording, place = '-1'] = process.argv.slice(2);
if (pid === undefined || home === undefined || recording === undefined) throw new Error('no process, home or recording named');
const samples = [...openReplay(recording, { allowBrokenOff: true }).samples()];

// What V8 still compiles of reading the recording is not to be measured.
await setTimeout(SETTLE_MS);
const startCpu = process.cpuUsage();
const start = performance.now();
const target = openTarget(asPid(Number(pid)), new LibraryBuilds(createUserCache({ environment: { HOME: home } })));
const unwinder = createProcessUnwinder(target, { symbolAt: () => null }, { reread: true });
// Asked for by itself: not every stack has a frame in it.
const libc = target.maps()?.find(({ path, permissions }) => /\/libc\.so\.6$/u.test(path) && permissions.includes('x'));
const library = libc === undefined ? null : target.library(libc);
const rule = library && target.unwindRule(library, asElfAddress(0));
const knownMs = performance.now() - start;
unwinder.beginBatch(0);
const isComplete = (index: number): boolean => {
  const sample = samples[index];
  return sample !== undefined && unwinder.resolve(sample).stack.outcome.kind === 'complete';
};
const first = place === '-1' ? samples.findIndex((_, index) => isComplete(index)) : Number(place);
const complete = isComplete(first);
const totalMs = performance.now() - start;
const cpu = process.cpuUsage(startCpu);
console.log(
  JSON.stringify({
    state: unwinder.state.kind,
    knownMs,
    totalMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    libc: library !== null && rule === null,
    complete,
    first,
  }),
);
target.close();
