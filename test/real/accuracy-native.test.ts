// The short form of `npm run accuracy:native`: native stacks at sampled instructions are gdb's.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { describeOnHost } from '../support/require-host.ts';
import { REPOSITORY } from '../support/repository.ts';

/** Some 50 stops; gdb reads the symbols of each program once, which takes seconds on a busy machine. */
const TIMEOUT_MS = 20 * 60_000;

describeOnHost('native accuracy', ['root', 'bpftrace', 'jdk17', 'gdb', 'mariadb', 'python3'], () => {
  test(
    'stacks of programs without frame pointers are what gdb says',
    () => {
      const tsx = join(REPOSITORY, 'node_modules/.bin/tsx');
      const program = join(REPOSITORY, 'test/oracle/native/native-accuracy.ts');
      const { status, stdout, stderr } = spawnSync(tsx, [program, '--short'], {
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
