// The short form of `npm run accuracy`: stops in all four modes, compared with the VM's own debugger, judged by the bytes.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { describeOnHost } from '../support/require-host.ts';
import { REPOSITORY } from '../support/repository.ts';

/** Some 80 stops; each costs the debugger up to seconds on a busy machine. */
const TIMEOUT_MS = 20 * 60_000;

describeOnHost('accuracy', ['root', 'bpftrace', 'jdk17', 'cc'], () => {
  test(
    'stacks at sampled instructions are what the debugger, or the bytes, say',
    () => {
      const tsx = join(REPOSITORY, 'node_modules/.bin/tsx');
      const { status, stdout, stderr } = spawnSync(tsx, [join(REPOSITORY, 'test/oracle/accuracy.ts'), '--short'], {
        encoding: 'utf8',
        timeout: TIMEOUT_MS,
        env: process.env,
        maxBuffer: 2 ** 26,
      });
      console.log(stdout);
      expect(status, stderr).toBe(0);
    },
    TIMEOUT_MS,
  );
});
