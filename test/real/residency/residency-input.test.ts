// Bad input and rough ends of `jtrace residency`: one clear line, the right exit code, what was seen so far.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { type PageStates, startPageStates } from '../../support/page-states.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace, startJtrace } from '../../support/run-jtrace.ts';

describeOnHost('bad input to jtrace residency', ['root', 'bpftrace', 'cc'], () => {
  let program: PageStates;
  beforeEach(async () => {
    program = await startPageStates();
  });
  afterEach(() => {
    program.stop();
  });
  const range = (name: string): string => `0x${(program.regions.get(name)?.address ?? 0).toString(16)},128k`;

  test('addresses that cannot be: usage', async () => {
    const pid = String(program.pid);
    const cases = [
      ['0x10000', /has nothing mapped at 0x10000\n {2}the next mapping begins at 0x/u],
      ['0xffffffff81000000', /lies in the kernel/u],
      ['0x8000000000000', /is no address of a process/u],
      ['0x7f0000000000,1t', /is more than is looked at page by page \(most: 1g\)\n {2}jtrace residency PID/u],
      ['0x7f0000000000,0', /is empty/u],
      ['heap', /is no address/u],
    ] as const;
    const results = await Promise.all(cases.map(([addr]) => runJtrace(['residency', pid, '--addr', addr])));
    results.forEach(({ status, stdout, stderr }, index) => {
      expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(cases[index]?.[1] ?? /never/u);
      expect(stderr.split('\n').length).toBeLessThanOrEqual(3);
    });
  });

  test('more than --watch looks at again and again: usage, and 64 MiB are not too much', async () => {
    const watch = (range: string): ReturnType<typeof runJtrace> =>
      runJtrace(['residency', String(program.pid), '--addr', range, '--watch', '--print-program']);
    const address = `0x${(program.regions.get('touched')?.address ?? 0).toString(16)}`;
    const [most, more] = await Promise.all([watch(`${address},64m`), watch(`${address},${String((64 << 20) + 4096)}`)]);
    expect(most.status, most.stderr).toBe(0);
    expect(more).toMatchObject({ status: 2, stdout: '' });
    expect(more.stderr).toBe(
      'jtrace: --watch looks at 64m at most, again and again\n  without --watch a range may have 1g; --addr 0x…,64m\n',
    );
  });

  test('no process, none of that number, one of the kernel’s, not root', async () => {
    const results = await Promise.all([
      runJtrace(['residency']),
      runJtrace(['residency', '4194303']),
      runJtrace(['residency', '2']),
      runJtrace(['residency', String(program.pid)], { through: ['setpriv', '--reuid', '65534', '--clear-groups'] }),
      runJtrace(['residency', String(program.pid), '--watch']),
      runJtrace(['residency', String(program.pid), '--addr', range('touched'), '-o', 'x.html']),
    ]);
    expect(results.map(({ status }) => status)).toEqual([2, 2, 2, 3, 2, 2]);
    expect(results[0].stderr).toMatch(/^jtrace: which process is not given\n/u);
    expect(results[3].stderr).toMatch(/^jtrace: jtrace must run as root/u);
    expect(results[4].stderr).toMatch(/^jtrace: --watch is of one range\n/u);
    expect(results[5].stderr).toMatch(/^jtrace: --output is of --watch\n/u);
  });

  test('a process that ends, or begins another program, while it is watched: what was seen is told', async () => {
    for (const order of ['quit', 'exec']) {
      const own = await startPageStates();
      try {
        const address = own.regions.get('touched')?.address ?? 0;
        const watch = startJtrace([
          'residency',
          String(own.pid),
          '--addr',
          `0x${address.toString(16)},128k`,
          '--watch',
          '--json',
        ]);
        await watch.said('"kind":"begin"');
        await own.order('dontneed touched');
        await watch.said('"kind":"given-back"');
        own.order(order).catch(() => undefined);
        const { status, stdout, stderr } = await watch.ended;
        expect(status, stderr).toBe(0);
        expect(stdout).toMatch(/"kind":"end".*"ended":"process-ended"/u);
      } finally {
        own.stop();
      }
    }
  });

  test('a process that ends before its only look begins: it is said, and no bug of bpftrace', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jtrace-residency-input-'));
    try {
      const [bpftrace = ''] = bpftracesAtHand();
      for (const isRange of [false, true]) {
        const own = await startPageStates();
        try {
          const address = own.regions.get('touched')?.address ?? 0;
          const wrapper = join(folder, 'bpftrace');
          writeFileSync(wrapper, endsBeforeTheLook(bpftrace, own.pid, join(folder, 'program')), { mode: 0o755 });
          const range = isRange ? ['--addr', `0x${address.toString(16)},128k`] : [];
          const { status, stdout, stderr } = await runJtrace([
            'residency',
            String(own.pid),
            '--bpftrace',
            wrapper,
            '--no-check',
            ...range,
          ]);
          expect({ status, stdout, stderr }).toEqual({
            status: 2,
            stdout: '',
            stderr: `jtrace: process ${String(own.pid)} has ended, or runs another program now\n  ps -e lists what runs\n`,
          });
        } finally {
          own.stop();
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('bpftrace dies: what was seen is kept and told, and the run is incomplete', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jtrace-residency-input-'));
    try {
      const page = join(folder, 'heat.html');
      const watch = startJtrace([
        'residency',
        String(program.pid),
        '--addr',
        range('touched'),
        '--watch',
        '-i',
        '20ms',
        '--json',
        '-o',
        page,
      ]);
      await watch.said('"kind":"begin"');
      await program.order('dontneed touched');
      await watch.said('"kind":"given-back"');
      const { stdout } = spawnSync('pgrep', ['-P', String(watch.pid), 'bpftrace'], { encoding: 'utf8' });
      process.kill(Number(stdout.trim()), 'SIGKILL');
      const ended = await watch.ended;
      expect(ended.status, ended.stderr).toBe(1);
      expect(ended.stdout).toMatch(/"kind":"end".*"ended":"failed"/u);
      expect(ended.stderr).toMatch(/^jtrace: bpftrace was ended by SIGKILL\n/mu);
      expect(readFileSync(page, 'utf8')).toContain('given back');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a reader that goes (| head) ends a watch', async () => {
    const watch = startJtrace(['residency', String(program.pid), '--addr', range('touched'), '--watch', '-i', '20ms', '--json']);
    await watch.said('"kind":"begin"');
    watch.child.stdout?.destroy();
    await program.order('dontneed touched');
    await program.order('touch touched');
    expect((await watch.ended).status).toBe(1);
  });

  test('killed: bpftrace ends, too', async () => {
    const watch = startJtrace(['residency', String(program.pid), '--addr', range('touched'), '--watch', '--json']);
    await watch.said('"kind":"begin"');
    const mark = `JTRACE_CAPTURE_OF=${String(watch.pid)}:`;
    const marked = (): readonly string[] =>
      readdirSync('/proc').filter((name) => /^\d+$/u.test(name) && environmentOf(name).includes(mark));
    expect(marked().length).toBeGreaterThan(0);
    process.kill(watch.pid, 'SIGKILL');
    await watch.ended;
    await expect.poll(marked, { timeout: 10_000 }).toEqual([]);
  });
});

/** A bpftrace that ends the process when it is given the program that looks at page tables, which it then runs. It has its program from a pipe. */
function endsBeforeTheLook(bpftrace: string, pid: number, file: string): string {
  return `#!/bin/sh
for last; do :; done
[ "$last" = - ] || exec '${bpftrace}' "$@"
cat > '${file}'
if grep -q 'P gone' '${file}'; then
  kill -KILL ${String(pid)}
  while kill -0 ${String(pid)} 2> /dev/null; do :; done
fi
exec '${bpftrace}' "$@" < '${file}'
`;
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}
