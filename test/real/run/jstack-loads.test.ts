// Programs with `jstack` are taken by the kernel on every bpftrace, with the whole walk: loaded, attached, ended. Several probes in a program: each is
// one for the verifier, and a load takes a second or two whatever it has.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { startJtrace } from '../../support/run-jtrace.ts';

const OPEN = 'tracepoint:syscalls:sys_enter_openat';
const READ = 'tracepoint:syscalls:sys_exit_read';

const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  'keys of a profile': [
    'profile:hz:1 { @a[jstack] = count(); }',
    'profile:hz:1 { @n = count(); @b[jstack] = count(); }',
    'profile:hz:1 { @c[kstack, jstack, comm] = count(); }',
    'profile:hz:1 { @d[comm, pid, tid, cpu, jstack(5)] = count(); }',
  ],
  'printf, tuples, and a printf beside maps': [
    'profile:hz:1 { printf("%d %s %s\\n", tid, comm, jstack); }',
    'profile:hz:1 { print((comm, jstack, 1)); }',
    'profile:hz:1 { @a[jstack] = count(); @b[jstack, tid] = count(); printf("%s %s\\n", comm, jstack); }',
  ],
  branches: [
    `${OPEN} { if (args->flags == 0) { @a[jstack] = count(); } else { @b[jstack] = count(); } }`,
    `${OPEN} { $a = args->flags; $b = (uint64)args->filename; if ($a == 1 && $b > 5) { @n[comm] = count(); @c[jstack, $a] = count(); } @s = sum($b); }`,
    `${OPEN} { if (pid == 5) { if (tid == 7) { @d[jstack] = count(); } else { printf("%s", jstack(3)); } } else { @e[jstack] = count(); } }`,
    `${OPEN} { $i = 0; while ($i < 3) { @f[jstack, $i] = count(); $i++; } }`,
  ],
  'aggregations, times, names': [
    `${READ} /args->ret > 0/ { @s[jstack] = sum(args->ret); @av[jstack] = avg(args->ret); @mi[jstack] = min(args->ret); @ma[jstack] = max(args->ret); @h[jstack] = hist(args->ret); @st[jstack] = stats(args->ret); @l[jstack] = lhist(args->ret, 0, 100, 10); }`,
    `tracepoint:syscalls:sys_enter_read { @t[tid] = nsecs; } ${READ} /@t[tid]/ { @us[comm, jstack] = hist((nsecs - @t[tid]) / 1000); delete(@t[tid]); }`,
    `${OPEN} { @o[comm, str(args->filename), jstack] = count(); }`,
  ],
  'probes of all kinds': [
    'uprobe:libc:malloc /arg0 > 100 && arg0 < 1000000/ { @a[jstack, comm] = sum(arg0); }',
    'usdt:libjvm:hotspot:thread__park__begin { @b[jstack] = count(); }',
    'software:page-faults:1 { @c[comm, jstack] = count(); }',
    'BEGIN { @begun = nsecs; } END { clear(@begun); }',
  ],
};
/** Of the catalogue: those with the longest keys, and those that 0.27 once refused. */
const SCRIPTS = ['jvm-allocations', 'java-sockets', 'java-files', 'gc-pauses'];

describeOnHost('jstack loads', ['root', 'bpftrace', 'jdk17'], () => {
  let programs: JavaPrograms;
  let pid = '';
  beforeAll(async () => {
    programs = new JavaPrograms('Sleeper');
    pid = String((await programs.start('Sleeper')).pid);
  });
  afterAll(() => programs.close());

  describe.each(bpftracesAtHand())('%s', (bpftrace) => {
    test.each([
      ...Object.entries(PROGRAMS).map(([name, probes]) => [name, ['-e', probes.join('\n')]] as const),
      ...SCRIPTS.map((script) => [script, [script]] as const),
    ])('%s', async (_, program) => {
      const running = startJtrace(['run', '--bpftrace', bpftrace, '--engine', 'kernel', '-v', '-p', pid, ...program]);
      try {
        await running.said('attached');
      } finally {
        await running.stop();
      }
      const { stderr } = await running.ended;
      expect(stderr).toContain('jtrace: jstack: stacks are told apart in the kernel (engine kernel)');
    });
  });
});
