// Bad input and rough ends of `jtrace residency --efault`: one clear line, the right exit code, what was counted so far.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { expect, test } from 'vitest';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace, startJtrace, until } from '../../support/run-jtrace.ts';
import { buildUnreadableNames } from '../../support/unreadable-names.ts';

const COUNT = 50;
/** Of a line that tells a failing read: its mark, numbers, addresses and a name; some have 200. */
const LEAST_LINE_BYTES = 100;

/** What it has written until now, by the kernel's count. */
function writtenBytes(pid: number): number {
  return Number(/^wchar: (\d+)$/mu.exec(readFileSync(`/proc/${String(pid)}/io`, 'latin1'))?.[1]);
}

describeOnHost('bad input to jtrace residency --efault', ['root', 'bpftrace', 'cc'], () => {
  test('not root: told in a line', async () => {
    const through = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    for (const target of [[String(process.pid)], ['--', 'true']]) {
      const { status, stdout, stderr } = await runJtrace(['residency', '--efault', ...target], { through });
      expect({ status, stdout }, stderr).toEqual({ status: 3, stdout: '' });
      expect(stderr).toMatch(/^jtrace: jtrace must run as root: .*\n {2}sudo .*--efault.*\n$/u);
    }
  });

  test('bpftrace dies: the reads that it had told are kept, with their causes, and the run is incomplete', async () => {
    const target = spawn(buildUnreadableNames(), [String(COUNT), 'wait', 'never-touched', 'wait'], { stdio: ['pipe', 'ignore', 'inherit'] }); // prettier-ignore
    const run = startJtrace(['residency', '--efault', '--json', String(target.pid)]);
    try {
      await run.said('every probe is attached');
      const bpftrace = Number(spawnSync('pgrep', ['-P', String(run.pid), 'bpftrace'], { encoding: 'utf8' }).stdout.trim());
      const before = writtenBytes(bpftrace);
      target.stdin.write('\n');
      // What it has written is in the pipe, whoever lives.
      await until('bpftrace has told the reads', () =>
        writtenBytes(bpftrace) - before > COUNT * LEAST_LINE_BYTES ? true : null,
      );
      process.kill(bpftrace, 'SIGKILL');
      const { status, stdout, stderr } = await run.ended;
      expect(status, stderr).toBe(1);
      expect(stderr).toContain('jtrace: bpftrace was ended by SIGKILL while the program ran\n  what it had delivered is kept\n');
      const { rows } = JSON.parse(stdout) as Result;
      const opens = rows.find(({ probe }) => probe.endsWith(':sys_enter_openat'));
      // The counts of all reads were its own: those that failed were told one by one.
      expect(opens?.failed).toBeGreaterThan(0);
      expect(opens?.failed).toBeLessThanOrEqual(COUNT);
      expect(opens).toMatchObject({ reads: opens?.failed, causes: [{ cause: 'never-touched', count: opens?.failed }] });
    } finally {
      target.kill('SIGKILL');
      await run.stop();
    }
  });
});

interface Result {
  readonly rows: readonly {
    readonly probe: string;
    readonly reads: number;
    readonly failed: number;
    readonly causes: readonly { readonly cause: string; readonly count: number }[];
  }[];
}
