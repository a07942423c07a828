// A stack is never named by another program than the one it was taken of: a process that is sampled and becomes another program at once, whose functions lie at the same addresses.
// And what a COMMAND starts belongs to it until its last thread has ended.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace, startJtrace, until } from '../../support/run-jtrace.ts';

let folder = '';

function compile(source: string, name: string, ...flags: readonly string[]): void {
  const { status, stderr } = spawnSync('cc', ['-O1', ...flags, '-o', join(folder, name), join(REPOSITORY, 'test/programs', source)], { encoding: 'utf8' }); // prettier-ignore
  if (status !== 0) throw new Error(`cc: ${stderr}`);
}

function isSecond(pid: number | undefined): boolean {
  return readlinkSync(`/proc/${String(pid)}/exe`) === join(folder, 'second');
}

describeOnHost('programs that become others, and threads that outlive the first', ['root', 'bpftrace', 'cc'], () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-exec-'));
    compile('exec-same-place.c', 'first', '-no-pie', '-DWRITER=of_the_first');
    compile('exec-same-place.c', 'second', '-no-pie', '-DWRITER=of_the_second');
    compile('first-thread-gone.c', 'threads', '-pthread');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(bpftracesAtHand())('%s', (bpftrace) => {
    test('sampled before an exec: no function of the program behind it', async () => {
      const program = 'tracepoint:syscalls:sys_enter_write /comm == "first" && args->count == 17/ { @[comm, jstack] = count(); }';
      const running = startJtrace(['run', '--bpftrace', bpftrace, '-e', program], { cwd: folder });
      await running.said('attached');
      // The second is there as long as the stack may be looked up.
      const process = spawn(join(folder, 'first'), [join(folder, 'second')], {
        cwd: folder,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      try {
        await until('it has become the second', () => (isSecond(process.pid) ? true : null));
        running.child.kill('SIGINT');
        const { stdout, stderr } = await running.ended;
        expect(stdout + stderr).toMatch(/@\[first,/u);
        expect(stdout + stderr).not.toContain('of_the_second');
      } finally {
        process.stdin.end();
        await running.stop();
      }
    });

    test('a child whose first thread has ended: the writes of its other thread are counted', async () => {
      const program = 'tracepoint:syscalls:sys_enter_write /args->count == 7919/ { @writes = count(); }';
      const { stdout, stderr } = await runJtrace(['run', '--bpftrace', bpftrace, '-e', program, '--', 'sh', '-c', './threads 300 7919; exit 0'], { cwd: folder }); // prettier-ignore
      expect(stdout + stderr).toContain('@writes: 300\n');
    });
  });
});
