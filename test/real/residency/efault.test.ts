// `jtrace residency --efault` beside a program that gives calls names in memory that BPF cannot read, a known number of times for each cause; and
// what may be wrong with what it is asked for.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { isRecord } from '../../support/is-record.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { type JtraceResult, runJtrace, startJtrace, until } from '../../support/run-jtrace.ts';
import { buildUnreadableNames } from '../../support/unreadable-names.ts';

const COUNT = 50;
const SWAP_BYTES = 16 * 1024 * 1024;

let folder = '';

describeOnHost('jtrace residency --efault', ['root', 'bpftrace', 'cc'], () => {
  const program = buildUnreadableNames();
  const swap = (): string => join(folder, 'swap');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-efault-'));
    const commands = [`dd if=/dev/zero of=${swap()} bs=${String(SWAP_BYTES)} count=1`, `chmod 600 ${swap()}`, `mkswap ${swap()}`, `swapon ${swap()}`]; // prettier-ignore
    for (const command of commands) {
      const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`${command}: ${stderr}`);
    }
  });
  afterAll(() => {
    spawnSync('swapoff', [swap()]);
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(bpftracesAtHand())('%s', (bpftrace) => {
    test('every cause is counted as often as it was made, and the page tables say the same', async () => {
      const kinds = ['touched', 'empty', 'never-touched', 'file', 'dontneed', 'dontneed-file', 'crossing', 'swapped', 'prot-none', 'unmapped', 'kernel', 'fork', 'vfork']; // prettier-ignore
      const result = await runJtrace(['residency', '--efault', '--json', '--bpftrace', bpftrace, '--', program, String(COUNT), ...kinds]); // prettier-ignore
      expect(result.status, result.stderr).toBe(0);
      const found = readResult(result);
      const read = (again: number): object => ({ count: COUNT, again: { asked: COUNT, read: again } });
      expect(found.get('openat filename')).toEqual({
        reads: 11 * COUNT,
        failed: 9 * COUNT,
        empty: COUNT,
        races: 0,
        causes: {
          'never-touched': read(COUNT),
          'not-faulted-in': read(COUNT),
          // Own memory, a file, and the second of two pages.
          'given-back': { count: 3 * COUNT, again: { asked: 3 * COUNT, read: 3 * COUNT } },
          swapped: read(COUNT),
          'prot-none': read(0),
          'not-mapped': read(0),
          'kernel-address': read(0),
        },
      });
      // vfork's children have all of it.
      const forked = { reads: 2 * COUNT, failed: COUNT, empty: 0, races: 0, causes: { 'fork-child': read(COUNT) } };
      expect(found.get('execve filename')).toEqual(forked);
      expect(found.get('execve argv[0]')).toEqual(forked);
      expect(found.get('execve argv')).toEqual({ reads: 2 * COUNT, failed: 0, empty: 0, races: 0, causes: {} });
    });
  });

  test('a process that runs, forks meanwhile and ends; what it is asked to read instead', async () => {
    const target = spawn(program, [String(COUNT), 'wait', 'fork', 'never-touched'], { stdio: ['pipe', 'ignore', 'inherit'] });
    const probe = (text: string): readonly string[] => ['--probe', `tracepoint:syscalls:${text}`];
    const run = startJtrace(['residency', '--efault', String(target.pid), ...probe('sys_enter_execve=args.filename'), ...probe('sys_enter_openat=arg_start')]); // prettier-ignore
    try {
      await run.said('every probe is attached');
      target.stdin.end('\n');
      const { status, stdout, stderr } = await run.ended;
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/^execve filename +50 +50 +100\.0 +0$/mu);
      expect(stdout).toMatch(
        /^execve filename +fork child +50 +100\.0 +50 of 50\n {2}unreadable-name \(\d+\) at [0-9a-f]+ in r--p unreadable-names$/mu,
      );
      expect(stdout).toMatch(/^openat arg_start +50 +0 +0\.0 +0$/mu);
      expect(stdout).toContain('said the same of 100 of 100 reads');
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    } finally {
      target.kill('SIGKILL');
      await run.stop();
    }
  });

  test('Ctrl-C stops and reports', async () => {
    const target = spawn('sleep', ['60'], { stdio: 'ignore' });
    const run = startJtrace(['residency', '--efault', String(target.pid)]);
    try {
      await run.said('every probe is attached');
      run.child.kill('SIGINT');
      const { status, stdout } = await run.ended;
      expect({ status, stdout }).toEqual({ status: 0, stdout: 'None of these probes was met: nothing was read.\n' });
    } finally {
      target.kill('SIGKILL');
      await run.stop();
    }
  });

  test('what is not there, or several: one line that says it', async () => {
    const sleepers = [61, 62].map((seconds) =>
      spawn('sleep', [String(seconds)], { argv0: 'jtrace-efault-twins', stdio: 'ignore' }),
    );
    const run = (...args: readonly string[]): Promise<JtraceResult> => runJtrace(['residency', '--efault', ...args]);
    try {
      await until('both run', () => (sleepers.every(({ pid }) => existsSync(`/proc/${String(pid)}/exe`)) ? true : null));
      const results = await Promise.all([
        run('jtrace-efault-twins'),
        run('--', 'no-such-command-anywhere'),
        run('no-such-program-anywhere'),
        run(String(process.pid), '--probe', 'tracepoint:syscalls:sys_enter_nothing=args.filename'),
        run(String(process.pid), '--probe', 'tracepoint:syscalls:sys_enter_openat=args.name'),
        run(String(process.pid), '--probe', 'tracepoint:sched:sched_process_exec=args.filename'),
      ]);
      expect(results.map(({ status }) => status)).toEqual([2, 2, 2, 2, 2, 2]);
      const [several, ...others] = results.map(({ stderr }) => stderr.split('\n')[0]);
      expect(several).toMatch(/^jtrace: 2 processes match 'jtrace-efault-twins'/u);
      expect(others).toEqual([
        'jtrace: command not found: "no-such-command-anywhere"',
        "jtrace: no process matches 'no-such-program-anywhere'",
        'jtrace: there is no tracepoint:syscalls:sys_enter_nothing here',
        'jtrace: tracepoint:syscalls:sys_enter_openat has no argument name',
        'jtrace: filename of tracepoint:sched:sched_process_exec is a text in the kernel’s own memory: no user read',
      ]);
    } finally {
      for (const sleeper of sleepers) sleeper.kill('SIGKILL');
    }
  });
});

interface FoundRow {
  readonly reads: unknown;
  readonly failed: unknown;
  readonly empty: unknown;
  readonly races: number;
  readonly causes: Readonly<Record<string, unknown>>;
}

/** Rows by the read's name, without what differs from run to run. */
function readResult({ stdout }: JtraceResult): ReadonlyMap<string, FoundRow> {
  const result: unknown = JSON.parse(stdout);
  const rows = isRecord(result) && Array.isArray(result['rows']) ? (result['rows'] as unknown[]) : [];
  return new Map(
    rows.filter(isRecord).map((row) => {
      const outcomes = isRecord(row['outcomes']) ? row['outcomes'] : {};
      const causes = Array.isArray(row['causes']) ? (row['causes'] as unknown[]).filter(isRecord) : [];
      const name = `${String(row['probe']).replace('tracepoint:syscalls:sys_enter_', '')} ${String(row['name'])}`;
      const { reads, failed, empty } = row;
      const races = Number(outcomes['read-though-missing']) + Number(outcomes['failed-though-there']);
      const counted = Object.fromEntries(causes.map(({ cause, count, again }) => [String(cause), { count, again }]));
      return [name, { reads, failed, empty, races, causes: counted }];
    }),
  );
}
