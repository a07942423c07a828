// jtrace doctor on this machine: what it says holds, nothing is changed or left, and it answers whoever asks: not root, in a pid namespace,
// with a bpftrace that is none or hangs, of a JVM whose command line is a megabyte with control characters in it.

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { displayWidth } from '../../../src/outputs/display-width.ts';
import { bpftracesAtHand, javaHome } from '../../support/host-tools.ts';
import { isRecord } from '../../support/is-record.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace, startJtrace, until } from '../../support/run-jtrace.ts';
import { type ReadyProcess, startReady } from '../processes/ready-process.ts';

const TIMEOUT_MS = 120_000;
const ARGUMENT = `\u001b[31m\n${'x'.repeat(100_000)}`;
/** What a probe could change, and must not. */
const SETTINGS = ['kernel/bpf_stats_enabled', 'kernel/kptr_restrict', 'kernel/perf_event_paranoid', 'net/core/bpf_jit_enable'];

/** Longer than the test waits. */
const HANGING = 'sleep 300';

let jvm: ReadyProcess;

interface Row {
  readonly outcome: string;
  readonly found: string;
  readonly command: string | null;
}

async function doctor(args: readonly string[], through?: readonly string[]) {
  const result = await runJtrace(['doctor', '--json', ...args], through === undefined ? {} : { through });
  const report: unknown = JSON.parse(result.stdout);
  if (!isRecord(report) || !Array.isArray(report['checks']) || !Array.isArray(report['jvms'])) throw new Error(result.stdout);
  const rows = report['checks'] as (Row & { readonly id: string })[];
  return {
    ...result,
    verdict: report['verdict'],
    jvms: report['jvms'],
    freeze: report['freeze'],
    check: (id: string) => rows.find((row) => row.id === id),
  };
}

const settings = (): readonly string[] => SETTINGS.map((name) => readFileSync(join('/proc/sys', name), 'utf8'));
/** Processes that were started by the jtrace `pid`, as their environment tells: others may run at the same time. */
function startedBy(pid: number, program?: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      if (!/^\d+$/.test(name) || !readFileSync(`/proc/${name}/environ`, 'latin1').includes(`JTRACE_CAPTURE_OF=${String(pid)}:`))
        return false;
      return program === undefined || readFileSync(`/proc/${name}/comm`, 'latin1').trim() === program;
    } catch {
      return false;
    }
  });
}

describeOnHost('jtrace doctor', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(async () => {
    const source = join(REPOSITORY, 'test/programs/Sleeper.java');
    jvm = await startReady(join(javaHome() ?? '', 'bin/java'), [
      '-Xmx64m',
      '-XX:+UseSerialGC',
      source,
      ...Array<string>(10).fill(ARGUMENT),
    ]);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await jvm.stop();
  });

  test.each(bpftracesAtHand())(
    'with %s: what it says works does, and all is as it was',
    async (bpftracePath) => {
      const before = settings();
      const { status, verdict, check, jvms, freeze } = await doctor(['--bpftrace', bpftracePath, '--evidence', String(jvm.pid)]);
      expect(settings()).toEqual(before);
      for (const id of ['rights.load', 'kernel.btf', 'bpftrace.begin', 'bpftrace.sampling', 'bpftrace.uprobes', 'bpftrace.usdt', 'process.memory', 'process.stacks'])
        expect(check(id), id).toMatchObject({ outcome: 'ok' });
      // As the kernel has them, or not.
      expect(check('bpftrace.kprobes')?.outcome).toBe(readdirSync('/sys/bus/event_source/devices').includes('kprobe') ? 'ok' : 'limited');
      expect([verdict, status]).toEqual([status === 0 ? 'ready' : 'limited', status === 0 ? 0 : 1]);
      expect(jvms).toContainEqual(expect.objectContaining({ pid: jvm.pid, canBeWalked: true, collector: 'Serial', symbols: 'own' }));
      expect(freeze).toMatchObject({ evidence: expect.arrayContaining([expect.objectContaining({ inFunction: 'copy_from_user_nofault' })]) as unknown });
    },
    TIMEOUT_MS,
  ); // prettier-ignore

  test('for people: 80 columns, no control character of a command line', async () => {
    const { stdout, stderr } = await runJtrace(['doctor', String(jvm.pid)]);
    expect(stderr).toBe('');
    expect(stdout).toContain(`${String(jvm.pid)}  17.`);
    for (const line of stdout.split('\n')) {
      if (!line.includes('$ ')) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
      expect(line).not.toMatch(/[\u0000-\u0009\u001b]/);
    }
  }, TIMEOUT_MS); // prettier-ignore

  test('not root: says what it can, what it lacks, and what to type', async () => {
    const { status, verdict, check } = await doctor([String(jvm.pid)], ['setpriv', '--reuid', '65534', '--clear-groups']);
    expect([status, verdict]).toEqual([3, 'unusable']);
    expect(check('rights.load')?.command).toMatch(/^sudo .* doctor --json \d+$/);
    expect(check('kernel.btf')?.outcome).toBe('ok');
    expect(check('bpftrace.program')?.outcome).toBe('ok');
    expect(check('bpftrace.sampling')).toMatchObject({ outcome: 'unknown', found: 'not tried: jtrace may not load programs' });
    expect(check('process.memory')?.outcome).toBe('missing');
  }, TIMEOUT_MS); // prettier-ignore

  test('in a pid namespace of its own', async () => {
    const { status, check } = await doctor([], ['unshare', '--pid', '--fork', '--mount-proc']);
    expect(status).toBe(3);
    expect(check('rights.pid-namespace')?.outcome).toBe('missing');
    expect(check('jvms.walk')?.outcome).toBe('unknown');
  }, TIMEOUT_MS); // prettier-ignore

  test('a bpftrace that is none', async () => {
    const { status, check } = await doctor(['--bpftrace', '/etc/hostname']);
    expect(status).toBe(3);
    expect(check('bpftrace.program')).toMatchObject({ outcome: 'missing', found: expect.stringContaining('/etc/hostname') as unknown });
    expect(check('bpftrace.sampling')?.outcome).toBe('unknown');
  }, TIMEOUT_MS); // prettier-ignore

  test('a process that is not there is a usage error', async () => {
    const { status, stderr } = await runJtrace(['doctor', '4194304']);
    expect(status).toBe(2);
    expect(stderr).toContain('there is no process 4194304');
  }, TIMEOUT_MS); // prettier-ignore

  // Made up: a program of doctor ends by itself within seconds, unless bpftrace hangs, and no bpftrace hangs at will.
  test.each([
    ['a program', 'sleep'],
    ['a listing', 'answer'],
  ])('killed while %s hangs: its bpftrace ends, too', async (_, toPrograms) => {
    const folder = mkdtempSync(join(tmpdir(), 'jtrace-hanging-'));
    const file = join(folder, 'bpftrace');
    const answer = toPrograms === 'answer' ? 'echo jtrace-ok 30; echo jtrace-hit' : `exec ${HANGING}`;
    writeFileSync(file, `#!/bin/sh\ncase "$1" in --version) echo bpftrace v0.23.2;; -l) exec ${HANGING};; *) ${answer};; esac\n`, { mode: 0o755 });
    try {
      const run = startJtrace(['doctor', '--bpftrace', file]);
      await until('it hangs', () => (startedBy(run.pid, 'sleep').length > 0 ? true : null));
      run.child.kill('SIGKILL');
      await run.ended;
      await until('it has ended', () => (startedBy(run.pid).length === 0 ? true : null));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, TIMEOUT_MS); // prettier-ignore
});
