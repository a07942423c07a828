// Probes of other kinds in `jtrace run`, on a program that does a known number of each: USDT of any program, by its path and by its process,
// watchpoints, and iterators where the bpftrace has them.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace, startJtrace } from '../../support/run-jtrace.ts';

const TIMES = 100;
const SUM = (TIMES * (TIMES - 1)) / 2;

let folder = '';

/** The program, waiting; the address of its variable. */
async function startProgram(): Promise<{ readonly child: ChildProcessWithoutNullStreams; readonly address: string }> {
  const child = spawn(join(folder, 'known-usdt'), [String(TIMES)]);
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, address: first.toString().trim() };
}

describeOnHost('USDT, watchpoints, iterators', ['root', 'bpftrace', 'cc'], () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-probes-'));
    const source = join(REPOSITORY, 'test/programs/known-usdt.c');
    const { status, stderr } = spawnSync('cc', ['-O1', '-no-pie', '-o', join(folder, 'known-usdt'), source], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(bpftracesAtHand())('%s', (bpftrace) => {
    /** What is counted of a program that is let go when all probes are attached. */
    const counted = async (programOf: (address: string) => string): Promise<string> => {
      const { child, address } = await startProgram();
      const running = startJtrace(['run', '--bpftrace', bpftrace, '-p', String(child.pid), '-e', programOf(address)], {
        cwd: folder,
      });
      try {
        await running.said('1 probe attached');
        child.stdin.write('\n');
        const { stdout, stderr, status } = await running.ended;
        expect(status, stderr).toBe(0);
        return stdout;
      } finally {
        child.kill('SIGKILL');
        await running.stop();
      }
    };

    test('USDT by path, of a COMMAND, and by process: each once, with its arguments', async () => {
      const program = `usdt:${folder}/known-usdt:made:tick { @n[comm, arg1] = count(); @sum = sum(arg0); }`;
      const result = await runJtrace(['run', '--bpftrace', bpftrace, '-e', program, '-o', '-', '--', 'sh', '-c', 'echo | ./known-usdt 100'], { cwd: folder }); // prettier-ignore
      expect(result.stderr).toContain(`@n[known-usdt, ${String(TIMES)}]: ${String(TIMES)}\n`);
      expect(result.stderr).toContain(`@sum: ${String(SUM)}\n`);
      const stdout = await counted(() => program);
      expect(stdout).toContain(`@n[known-usdt, ${String(TIMES)}]: ${String(TIMES)}\n`);
      expect(stdout).toContain(`@sum: ${String(SUM)}\n`);
    });

    test('a watchpoint on a variable: every write', async () => {
      expect(await counted((address) => `watchpoint:${address}:8:w { @[comm] = count(); }`)).toBe(
        `@[known-usdt]: ${String(TIMES)}\n`,
      );
    });

    test('an iterator, or one line that says why not', async () => {
      const { status, stdout, stderr } = await runJtrace(['run', '--bpftrace', bpftrace, '-e', 'iter:task { printf("%s %d\\n", ctx->task->comm, ctx->task->pid); }']); // prettier-ignore
      if (status === 0) expect(stdout).toMatch(/^kthreadd 2$/mu);
      else
        expect({ status, stderr }).toMatchObject({
          status: 2,
          stderr: expect.stringMatching(/-e:1:1: .*iter:?\s?task/u) as string,
        });
    });
  });

  test('a USDT probe that the program does not have: one line', async () => {
    const { status, stderr } = await runJtrace(['run', '-e', `usdt:${folder}/known-usdt:made:none { @ = count(); }`, '-d', '1s']);
    expect(stderr).toMatch(/-e:1:1: .*none|warning: no probe of the program is attached/u);
    expect(stderr.includes('warning') ? [0] : [2, 3]).toContain(status);
  });
});
