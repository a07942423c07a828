// The short form of `npm run accuracy`: stops in all four modes, compared with the VM's own debugger, judged by the bytes. Two modes at a time:
// while a JVM stands still, its debugger keeps one processor busy.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { describeOnHost } from '../support/require-host.ts';
import { REPOSITORY } from '../support/repository.ts';

/** Some 80 stops; each costs the debugger up to seconds on a busy machine. */
const TIMEOUT_MS = 20 * 60_000;
const HALVES = ['interpreter,c1', 'c2,tiered'];

async function accuracy(
  ...args: readonly string[]
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
  const tsx = join(REPOSITORY, 'node_modules/.bin/tsx');
  const child = spawn(tsx, [join(REPOSITORY, 'test/oracle/accuracy.ts'), '--short', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, stdout, stderr };
}

describeOnHost('accuracy', ['root', 'bpftrace', 'jdk17', 'cc'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-accuracy-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test(
    'stacks at sampled instructions are what the debugger, or the bytes, say',
    async () => {
      const files = HALVES.map((_, index) => join(folder, `half-${String(index)}.json`));
      const halves = await Promise.all(HALVES.map((modes, index) => accuracy('--mode', modes, '--json', files[index] ?? '')));
      for (const { status, stderr } of halves) expect(status, stderr).toBe(0);
      const all = await accuracy('--stops', '0', '--with', files.join());
      console.log(all.stdout);
      expect(all.status, all.stderr).toBe(0);
      for (const modes of HALVES)
        for (const mode of modes.split(',')) expect(all.stdout).toMatch(new RegExp(`mode ${mode} +\\| 21 `));
    },
    TIMEOUT_MS,
  );
});
