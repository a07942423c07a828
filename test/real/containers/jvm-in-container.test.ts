// A JVM in a container of its own, profiled from the host: another root with another libc and JDK, other users, other numbers.

import { chmodSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProfileSummary } from '../../../src/model/summary.ts';
import { asPid } from '../../../src/model/units.ts';
import { pidInside } from '../../../src/target/processes/namespace-ids.ts';
import { containerRoot } from '../../support/host-tools.ts';
import { type FoldedStack, parseFolded, samplesWith } from '../../support/folded-text.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { type OciContainer, startContainer } from '../../support/oci-container.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace } from '../../support/run-jtrace.ts';
import { type ReadyProcess, startReady } from '../processes/ready-process.ts';
import { ofPid, startWatch } from '../watch/started-watch.ts';

const ID = '1f2e3d4c5b6a'.padEnd(64, '7');
/** Of one that begins while somebody watches. */
const WATCHED_ID = '6a5b4c3d2e1f'.padEnd(64, '7');
const SPINS = '[a long name of a thread that spins tid=';
const DEFLATES = '[a long name of a thread that deflates tid=';
const JVM = ['-Xmx64m', '-XX:+UseSerialGC', '-cp'] as const;

describeOnHost('a JVM in a container', ['root', 'bpftrace', 'jdk17', 'runc', 'container-root'], () => {
  let programs: JavaPrograms;
  let container: OciContainer | null = null;
  const folded = (name: string): FoldedStack[] => parseFolded(readFileSync(programs.path(name), 'utf8'));

  const startJvm = (id: string): Promise<OciContainer> =>
    startContainer({
      root: containerRoot() ?? '',
      folders: { '/opt/app': programs.folder },
      args: ['/usr/lib/jvm/java-17-openjdk-amd64/bin/java', ...JVM, '/opt/app', 'Contained'],
      cgroup: `/docker/${id}`,
      namespaces: ['pid', 'mount', 'user', 'network', 'uts', 'ipc', 'cgroup'],
      userId: 1000,
      capabilities: [],
    });

  beforeAll(async () => {
    programs = new JavaPrograms('Contained');
    chmodSync(programs.folder, 0o755);
    container = await startJvm(ID);
  });

  afterAll(async () => {
    await container?.stop();
    await programs.close();
  });

  test('its stacks, symbols of its own libraries, full thread names, and what it is called', async () => {
    const pid = container?.pid ?? asPid(0);
    expect(pidInside(pid)).toBe(1);
    const run = await runJtrace(['profile', String(pid), '-d', '4s', '--threads', '-o', 'x.folded', '-o', 'x.jtrace', '--json'], {
      cwd: programs.folder,
    });
    expect(run.status, run.stderr).toBe(0);
    const summary = JSON.parse(run.stdout) as ProfileSummary;
    expect(summary.targets).toMatchObject([{ pid, mainClass: 'Contained', container: 'docker 1f2e3d4c5b6a' }]);
    const stacks = folded('x.folded');
    const spinning = stacks.filter(({ frames }) => frames[0]?.startsWith(SPINS));
    const deflating = stacks.filter(({ frames }) => frames[0]?.startsWith(DEFLATES));
    for (const of of [spinning, deflating]) expect(samplesWith(of)).toBeGreaterThan(summary.samples / 4);
    expect(samplesWith(spinning, 'Contained.spinForever')).toBeGreaterThan(samplesWith(spinning) * 0.98);
    expect(samplesWith(deflating, 'java/util/zip/Deflater.deflate')).toBeGreaterThan(samplesWith(deflating) * 0.9);
    // libz as the container has it: adler32_z is what it exports, and what the host's has at that place is something else.
    expect(samplesWith(deflating, 'adler32_z') + samplesWith(deflating, '[libz.so.1.2.11')).toBeGreaterThan(0);
    expect(samplesWith(stacks, 'JavaThread::thread_main_inner')).toBeGreaterThan(summary.samples * 0.9);
    expect(summary.outcomes.complete).toBeGreaterThan(summary.samples * 0.97);
    // Nothing is taken for the kernel's 15 bytes of a name.
    expect(samplesWith(stacks, '[a long name of tid=')).toBe(0);

    const report = await runJtrace(['report', 'x.jtrace', '--by', 'container', '--top', '5'], { cwd: programs.folder });
    expect(report.stdout).toMatch(/^SHARE % {2}CONTAINERS\n +100\.0 {2}\[docker 1f2e3d4c5b6a\]$/m);
  });

  test('by name, and by a number that is the container’s own', async () => {
    const pid = String(container?.pid);
    const named = await runJtrace(['profile', 'Contained', '-d', '1s', '--print-program']);
    expect(named.status, named.stderr).toBe(0);
    expect(named.stdout).toContain(`@target[(uint64)${pid}]`);
    const one = await runJtrace(['profile', '1']);
    expect(one.status).not.toBe(0);
    expect(one.stderr).toContain(`in docker 1f2e3d4c5b6a process 1 is PID ${pid} here`);
  });

  test('its life, as jtrace watch sees it: its start by name, that it is ready, and its end', async () => {
    const watch = await startWatch();
    const { pid, stop } = await startJvm(WATCHED_ID);
    try {
      const start = await watch.tells('its start', ofPid('start', pid));
      expect(start).toMatchObject({
        seen: 'openat',
        jvm: {
          vm: 'hotspot',
          jdk: expect.stringMatching(/^17\b/u) as unknown,
          main: { kind: 'class', name: 'Contained' },
          container: 'docker 6a5b4c3d2e1f',
        },
      });
      const ready = await watch.tells('that it is ready', ofPid('ready', pid));
      expect(ready['readyMs']).toBeGreaterThan(0);
    } finally {
      await stop();
    }
    expect(await watch.tells('its end', ofPid('end', pid))).toMatchObject({ how: 'exit', wasReady: true });
    const { status } = await watch.end();
    expect(watch.told().filter((event) => event['pid'] === pid).map(({ kind }) => kind)).toEqual(['start', 'ready', 'end']); // prettier-ignore
    expect(status).toBe(0);
  });

  test('pid namespaces one in the other, without an engine', async () => {
    const nested: ReadyProcess = await startReady('unshare', [
      ...[
        '--pid',
        '--fork',
        '--mount-proc',
        '--kill-child',
        'unshare',
        '--pid',
        '--fork',
        '--mount-proc',
        '--kill-child',
        '--net',
      ],
      ...[programs.java, ...JVM, programs.folder, 'Contained', 'nested'],
    ]);
    try {
      const run = await runJtrace(['profile', 'nested', '-d', '2s', '--threads', '-o', 'nested.folded'], {
        cwd: programs.folder,
      });
      expect(run.status, run.stderr).toBe(0);
      expect(run.stdout).toMatch(/^Target +\d+ Contained, JDK 17[^ ]*, container$/m);
      const stacks = folded('nested.folded');
      for (const thread of [SPINS, DEFLATES])
        expect(samplesWith(stacks, thread), thread).toBeGreaterThan(samplesWith(stacks) / 4);
    } finally {
      await nested.stop();
    }
  });
});
