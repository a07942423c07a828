// Compiles test/programs/unreadable-names.c.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { REPOSITORY } from './repository.ts';

/** The path of the program: static, so that it opens nothing that it was not told to. */
export function buildUnreadableNames(): string {
  const program = join(dirSync({ unsafeCleanup: true }).name, 'unreadable-names');
  const source = join(REPOSITORY, 'test/programs/unreadable-names.c');
  const { status, stderr } = spawnSync('cc', ['-O1', '-static', '-pthread', '-o', program, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return program;
}
