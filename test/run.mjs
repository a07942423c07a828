// `npm test`, from a fresh clone on: uses nothing but Node itself until the npm packages are there, then hands over to
// test/tools/run-tests.ts. Arguments: the parts to run (quick, volume, browser, real, guest), none for all.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { installNpmPackages, refuseOldNode } from './tools/fresh-clone.mjs';

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));

refuseOldNode('npm test');
const installed = installNpmPackages('== set-up');
if (installed !== 0) {
  console.error(`npm ci failed (status ${installed}): without its packages nothing can be tested`);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}
const { status, signal, error } = spawnSync(
  process.execPath,
  ['--import', 'tsx', join(REPOSITORY, 'test/tools/run-tests.ts'), ...process.argv.slice(2)],
  { cwd: REPOSITORY, stdio: ['ignore', 'inherit', 'inherit'] },
);
if (error) console.error(`${process.execPath}: ${error.message}`);
process.exitCode = status ?? (signal ? 128 : 127);
