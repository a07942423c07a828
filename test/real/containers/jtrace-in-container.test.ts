// jtrace in a container, with the least that each bpftrace needs (docs/containers.md has the table), and what it says when that is missing.

import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bpftracesAtHand, testCache } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { type Namespace, type OciContainer, runInContainer, startContainer } from '../../support/oci-container.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { JTRACE } from '../../support/run-jtrace.ts';

const ID = 'abcdefabcdef'.padEnd(64, '7');
const LEAST = ['BPF', 'PERFMON', 'SYS_PTRACE', 'DAC_READ_SEARCH'];
const OWN: readonly Namespace[] = ['mount', 'network', 'uts', 'ipc', 'cgroup'];
const [OLD = '', MIDDLE = '', NEW = ''] = bpftracesAtHand();

describeOnHost('jtrace in a container', ['root', 'bpftrace', 'jdk17', 'runc'], () => {
  let programs: JavaPrograms;
  let target: OciContainer | null = null;

  /** A root like the host's, with what the host has on other disks or in folders of root's own. */
  const folders = (): Record<string, string> => ({
    '/sys/kernel/tracing': '/sys/kernel/tracing',
    ...Object.fromEntries([REPOSITORY, testCache(), dirname(dirname(process.execPath))].map((path) => [path, path])),
  });

  const jtrace = (
    bpftrace: string,
    capabilities: readonly string[],
    more: { readonly own?: readonly Namespace[]; readonly userId?: number; readonly without?: string } = {},
  ): { readonly status: number | null; readonly output: string } =>
    runInContainer({
      root: '/',
      folders: Object.fromEntries(Object.entries(folders()).filter(([place]) => place !== more.without)),
      args: [...JTRACE, 'profile', String(target?.pid), '-d', '1s', '--top', '3', '--bpftrace', bpftrace],
      cgroup: '/docker/jtrace-of-tests',
      namespaces: more.own ?? OWN,
      userId: more.userId ?? 0,
      capabilities,
    });

  beforeAll(async () => {
    programs = new JavaPrograms('Contained');
    chmodSync(programs.folder, 0o755);
    target = await startContainer({
      root: '/',
      folders: { '/srv': programs.folder },
      args: [programs.java, '-Xmx64m', '-XX:+UseSerialGC', '-cp', '/srv', 'Contained'],
      cgroup: `/docker/${ID}`,
      namespaces: ['pid', 'user', ...OWN],
      userId: 1000,
      capabilities: [],
    });
  });

  afterAll(async () => {
    await target?.stop();
    await programs.close();
  });

  test.each([
    ['0.17', OLD, ['SYS_ADMIN', 'SYS_PTRACE', 'DAC_READ_SEARCH'], 0],
    ['0.23', MIDDLE, LEAST, 0],
    ['0.27', NEW, LEAST, 0],
    ['0.27, not root', NEW, [...LEAST, 'DAC_OVERRIDE'], 4321],
  ] as const)('bpftrace %s with the least', (_version, bpftrace, capabilities, userId) => {
    const { status, output } = jtrace(bpftrace, capabilities, { userId });
    expect(output).toMatch(/^ +\d+\.\d +\d+\.\d {2}Contained\.spinForever$/m);
    // Whose container it is stands in a part of the path that a cgroup namespace of one's own hides.
    expect(output).toMatch(/^Target +\d+ Contained, JDK 17[^ ]*, container abcdefabcdef$/m);
    expect(output).toMatch(/ a long name of a thread that spins \[\d+\]$/m);
    expect(status, output).toBe(0);
  });

  test.each([
    ['0.17 without CAP_SYS_ADMIN', OLD, LEAST, 0, 'this bpftrace cannot read type information without CAP_SYS_ADMIN'],
    [
      '0.17, not root',
      OLD,
      ['SYS_ADMIN', ...LEAST, 'DAC_OVERRIDE'],
      4321,
      'this bpftrace runs as root only, whatever capabilities it has',
    ],
    ['0.27, not root', NEW, LEAST, 4321, 'bpftrace lacks CAP_DAC_OVERRIDE'],
    [
      'nothing',
      MIDDLE,
      ['CHOWN', 'DAC_OVERRIDE', 'KILL'],
      0,
      'root lacks CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE here (a container?)',
    ],
    ['no CAP_DAC_READ_SEARCH', MIDDLE, LEAST.slice(0, 3), 0, 'cannot read the memory of process'],
  ] as const)('%s: one line and exit 3', (_what, bpftrace, capabilities, userId, line) => {
    const { status, output } = jtrace(bpftrace, capabilities, { userId });
    expect(output).toContain(`jtrace: ${line}`);
    expect(status).toBe(3);
  });

  test('without the tracepoints, in a pid namespace or a user namespace of its own', () => {
    const noTracefs = jtrace(MIDDLE, LEAST, { without: '/sys/kernel/tracing' });
    const ownPids = jtrace(MIDDLE, LEAST, { own: ['pid', ...OWN] });
    const rootless = spawnSync('unshare', ['--user', '--map-root-user', ...JTRACE, 'profile', '1'], { encoding: 'utf8' });
    expect([noTracefs, ownPids, rootless].map(({ status }) => status)).toEqual([3, 3, 3]);
    expect(noTracefs.output).toContain('docker run -v /sys/kernel/tracing:/sys/kernel/tracing:ro');
    expect(ownPids.output).toContain('jtrace: jtrace runs in a pid namespace of its own');
    expect(ownPids.output).toContain('docker run --pid=host, hostPID: true in Kubernetes');
    expect(rootless.stderr).toContain('jtrace: jtrace runs in a user namespace of its own (a rootless container?)');
  });
});
