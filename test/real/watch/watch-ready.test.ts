// When a VM is ready, judged by its own words: on each JDK between the end of the VM's initialization (sun.rt.vmInitDoneTime of its performance
// data) and what main does first.

import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JDK_VERSIONS, jdkHome } from '../../support/jdks.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { type HostNeed, describeOnHost } from '../../support/require-host.ts';
import { startReady } from '../processes/ready-process.ts';
import { mainOf, ofPid, type StartedWatch, startWatchOfFile } from './started-watch.ts';

const NEEDS = JDK_VERSIONS.map((version): HostNeed => `jdk${version}`);
/** Times of the kernel become times of the day by heartbeats: never too early but for whole milliseconds, and a clock that is being adjusted. */
const EARLY_MS = 10;
/** Some milliseconds on an idle machine; on a busy one the thread gets its turn later, and a heartbeat is heard later. */
const LATE_MS = 1000;

describeOnHost('when a VM is ready', ['root', 'bpftrace', ...NEEDS], () => {
  let java: JavaPrograms;
  let watch: StartedWatch;
  beforeAll(async () => {
    java = new JavaPrograms({ home: jdkHome(8) ?? '' }, 'Begun');
    watch = await startWatchOfFile();
  });
  afterAll(async () => {
    await watch.end();
    await java.close();
  });

  test.each(JDK_VERSIONS)('JDK %i', async (version) => {
    const program = join(jdkHome(version) ?? '', 'bin/java');
    const beforeMs = performance.now();
    const jvm = await startReady(program, ['-XX:+UseSerialGC', '-Xmx64m', '-cp', java.folder, 'Begun'], {
      cwd: REPOSITORY,
    });
    // Its main has said something.
    const begunMs = performance.now() - beforeMs;
    const start = await watch.tells('its start', ofPid('start', jvm.pid));
    const ready = await watch.tells('that it is ready', ofPid('ready', jvm.pid));
    const counters = longCounters(readFileSync(`/tmp/hsperfdata_${userInfo().username}/${String(jvm.pid)}`));
    await jvm.stop();
    expect(mainOf(start)).toBe('Begun');
    expect(start).toMatchObject({
      jvm: { jdk: expect.stringMatching(new RegExp(`^(1\\.)?${String(version)}\\b`, 'u')) as unknown },
    });
    const readyAtMs = Date.parse(String(ready['time']));
    const initialized = counters.get('sun.rt.vmInitDoneTime') ?? Number.NaN;
    expect(readyAtMs).toBeGreaterThanOrEqual(initialized - EARLY_MS);
    expect(readyAtMs).toBeLessThanOrEqual(initialized + LATE_MS);
    // From its opening, before main: the kernel's own span, which no clock converts.
    expect(ready['readyMs']).toBeGreaterThan(0);
    expect(ready['readyMs']).toBeLessThan(begunMs);
  });
});

/** The numbers of a file of performance data, by name (hotspot/share/runtime/perfMemory.hpp). */
function longCounters(file: Buffer): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let at = file.readInt32LE(24);
  for (let left = file.readInt32LE(28); left > 0; left--) {
    const name = file.toString('latin1', at + file.readInt32LE(at + 4), file.indexOf(0, at + file.readInt32LE(at + 4)));
    if (file[at + 12] === 'J'.charCodeAt(0)) found.set(name, Number(file.readBigInt64LE(at + file.readInt32LE(at + 16))));
    at += file.readInt32LE(at);
  }
  return found;
}
