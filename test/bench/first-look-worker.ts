// Program of run-on-dist.ts: the first look at a JVM, in a process that has not looked at any: attaching (the VM's tables, symbols and call
// frame tables of libjvm), then libc's. Arguments: pid, home of the cache. Prints one line of JSON.

import { createUserCache } from '../../src/app/user-cache/user-cache.ts';
import { asElfAddress, asPid } from '../../src/model/units.ts';
import { LibraryBuilds } from '../../src/target/library-builds.ts';
import { openTarget } from '../../src/target/open-target.ts';
import { createProcessUnwinder } from '../../src/unwind/process-unwinder.ts';

const [pid, home] = process.argv.slice(2);
if (pid === undefined || home === undefined) throw new Error('no process, or no home named');

const startCpu = process.cpuUsage();
const start = performance.now();
const target = openTarget(asPid(Number(pid)), new LibraryBuilds(createUserCache({ environment: { HOME: home } })));
const unwinder = createProcessUnwinder(target, { symbolAt: () => null }, { reread: true });
const attachedMs = performance.now() - start;
const libc = target.maps()?.find(({ path, permissions }) => /\/libc\.so\.6$/u.test(path) && permissions.includes('x'));
const library = libc === undefined ? null : target.library(libc);
const rule = library && target.unwindRule(library, asElfAddress(0));
const cpu = process.cpuUsage(startCpu);
console.log(
  JSON.stringify({
    state: unwinder.state.kind,
    attachedMs,
    totalMs: performance.now() - start,
    cpuMs: (cpu.user + cpu.system) / 1000,
    libc: library !== null && rule === null,
  }),
);
target.close();
