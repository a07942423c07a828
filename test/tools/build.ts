// Makes dist/ from src/, for the tests that run the installed program.

import { spawnSync } from 'node:child_process';
import { REPOSITORY } from '../support/repository.ts';

/** Builds; true when it failed. */
export function buildFailed(): boolean {
  console.log('== set-up: npm run build');
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: REPOSITORY, stdio: ['ignore', 'inherit', 'inherit'] });
  return status !== 0;
}
