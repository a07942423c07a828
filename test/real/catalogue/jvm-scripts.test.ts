// Every script for JVMs beside one that does a known number of things: all of them with JDK 17 on every bpftrace at hand, and those that lean on
// what differs from JDK to JDK with each of the others, on the installed bpftrace.

import { afterAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { type JdkVersion, jdkHome } from '../../support/jdks.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace } from '../../support/run-jtrace.ts';
import { type JvmCase, JVM_CASES } from './jvm-cases.ts';
import { KnownJvm } from './known-jvm.ts';

const [INSTALLED = ''] = bpftracesAtHand();
const OTHER_JDKS = [11, 21, 25, 27] as const satisfies readonly JdkVersion[];
/** They lean on functions, probes and structures of the VM that are others in each release. */
const BY_JDK = ['gc-pauses', 'safepoints', 'jvm-locks', 'jvm-allocations'];
/** They look at system calls; of the libjvm of JDK 8 only exported functions are known, and the others are refused. */
const ON_JDK_8 = ['java-files', 'java-sockets'];

/** A JVM for each of `lanes`, which serves all of `rows`; a test for each of both. One after another: on a busy machine stacks get lost on their way. */
function countsBesideEach(rows: readonly JvmCase[], lanes: ReadonlyMap<string, () => KnownJvm>): void {
  const jvms = new Map<string, KnownJvm>();
  const jvmOf = (lane: string): KnownJvm => {
    const jvm = jvms.get(lane) ?? lanes.get(lane)?.();
    if (jvm === undefined) throw new Error(lane);
    jvms.set(lane, jvm);
    return jvm;
  };
  afterAll(() => Promise.all([...jvms.values()].map((jvm) => jvm.close())));

  describe.each(rows)('$script', (row) => {
    test.each([...lanes.keys()])('counts what is known, on %s', async (lane) => {
      const seen = await jvmOf(lane).run(row);
      try {
        row.check(seen, row.count);
      } catch (error) {
        throw new Error(`${String(error)}\n${seen.told}`, { cause: error });
      }
    });
  });
}

describeOnHost('scripts for JVMs', ['root', 'bpftrace', 'jdk17'], () => {
  const home = jdkHome(17) ?? '';
  countsBesideEach(JVM_CASES, new Map(bpftracesAtHand().map((bpftrace) => [bpftrace, () => new KnownJvm(home, bpftrace)])));

  test('without a process, or with one that is no JVM, a library of one is refused', async () => {
    const [none, other] = await Promise.all([
      runJtrace(['run', 'parks', '--bpftrace', INSTALLED]),
      runJtrace(['run', 'jvm-exceptions', '--bpftrace', INSTALLED, '-p', String(process.pid)]),
    ]);
    expect(none).toMatchObject({ status: 2, stdout: '' });
    expect(none.stderr).toBe('jtrace: parks looks at one process, and none was given\n  say which: -p PID or -p NAME\n');
    expect(other).toMatchObject({ status: 2, stdout: '' });
    expect(other.stderr).toMatch(/the process has no libjvm to attach to/);
  });
});

const casesOf = (scripts: readonly string[]): JvmCase[] => JVM_CASES.filter(({ script }) => scripts.includes(script));

describeOnHost('scripts for JVMs, by JDK', ['root', 'bpftrace', ...OTHER_JDKS.map((version) => `jdk${version}` as const)], () => {
  const start = (version: JdkVersion) => () => new KnownJvm(jdkHome(version) ?? '', INSTALLED);
  countsBesideEach(casesOf(BY_JDK), new Map(OTHER_JDKS.map((version) => [`JDK ${String(version)}`, start(version)])));
});

describeOnHost('scripts for JVMs, JDK 8', ['root', 'bpftrace', 'jdk8'], () => {
  const start = (): KnownJvm => new KnownJvm(jdkHome(8) ?? '', INSTALLED);
  countsBesideEach(casesOf(ON_JDK_8), new Map([['JDK 8', start]]));

  test('what looks into libjvm is refused', async () => {
    const jvm = start();
    try {
      const refused = await Promise.allSettled(casesOf(BY_JDK).map((row) => jvm.run(row)));
      for (const outcome of refused)
        expect(String(outcome.status === 'rejected' && outcome.reason)).toMatch(/the libjvm of this process has no .*\n.*JDK 8/);
    } finally {
      await jvm.close();
    }
  });
});
