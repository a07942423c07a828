// The table of static checks: the names of package.json's `check:…` scripts, and how one is run. The scripts hold the commands,
// so that a person, `npm run check` and `npm test` run the same.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../support/is-record.ts';
import { REPOSITORY } from '../support/repository.ts';

/** Checks in the order of package.json: fast ones first. */
export const checkNames: readonly string[] = readCheckNames();

function readCheckNames(): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  if (!isRecord(manifest) || !isRecord(manifest['scripts'])) throw new Error('package.json has no scripts');
  return Object.keys(manifest['scripts']).flatMap((name) => (name.startsWith('check:') ? [name.slice('check:'.length)] : []));
}

/** Runs `npm run check:NAME` with its output shown; true when it passed. */
export function runCheck(name: string): boolean {
  console.log(`\n== check: ${name}`);
  const startMs = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', `check:${name}`], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  console.log(`== check: ${name} ${status === 0 ? 'passed' : 'FAILED'} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`);
  return status === 0;
}
