// Stacks of which pages are swapped out: profile and run say why BPF could not read them, by the same rules as `jtrace residency`.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withSwap } from '../../support/page-states.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace } from '../../support/run-jtrace.ts';

const TOLD = /jtrace: BPF could not read \d+ pages? of the stacks: \d+ swapped out/u;

describeOnHost('stacks with pages in swap', ['root', 'bpftrace', 'cc'], () => {
  test('profile and run tell why', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jtrace-cold-stack-'));
    const path = join(folder, 'cold-stack');
    const built = spawnSync('cc', ['-O1', '-o', path, join(REPOSITORY, 'test/programs/cold-stack.c')], { encoding: 'utf8' });
    expect(built.status, built.stderr).toBe(0);
    try {
      await withSwap(async () => {
        const child = spawn(path, { stdio: 'ignore' });
        try {
          const pid = String(child.pid);
          const profile = await runJtrace([
            'profile',
            pid,
            '-d',
            '1s',
            '--no-reread',
            '--stack-bytes',
            '256k',
            '-o',
            join(folder, 'x.folded'),
          ]);
          expect(profile.status, profile.stderr).toBe(0);
          expect(profile.stderr).toMatch(TOLD);
          // Whole stacks, and the engine of the kernel that tells them apart: it sends each different one once.
          for (const engine of [['--engine', 'bytes'], []]) {
            const run = await runJtrace([
              'run',
              '-v',
              ...engine,
              '-d',
              '1s',
              '-e',
              'profile:hz:20 { @[jstack] = count(); }',
              '-p',
              pid,
            ]);
            expect(run.status, run.stderr).toBe(0);
            expect(run.stderr).toContain(engine.length > 0 ? '(engine bytes)' : '(engine kernel)');
            expect(run.stderr).toMatch(TOLD);
          }
        } finally {
          child.kill('SIGKILL');
        }
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
