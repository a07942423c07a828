// `npm test`, from a fresh clone on: uses nothing but Node itself until the npm packages are there, then hands over to
// test/tools/run-tests.ts. Arguments: the parts to run (quick, volume, browser, real, guest), none for all.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19]; // package.json "engines"

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  console.error(
    `npm test: Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node} (${process.execPath})`,
  );
  process.exit(3);
}

/** What a lock file says is installed, as lines `path version`; null when it is not there. */
function lockedPackages(path, wanted) {
  if (!existsSync(path)) return null;
  const { packages } = JSON.parse(readFileSync(path, 'utf8'));
  return Object.entries(packages)
    .filter(([place, entry]) => place !== '' && (!wanted || !entry.optional))
    .map(([place, entry]) => `${place} ${entry.version}`);
}

/** npm keeps a lock file of what it has really installed: every package of ours must be in it, in our version. */
function packagesAreCurrent() {
  const installed = lockedPackages(join(REPOSITORY, 'node_modules/.package-lock.json'), false);
  const wanted = lockedPackages(join(REPOSITORY, 'package-lock.json'), true);
  if (installed === null || wanted === null) return false;
  const have = new Set(installed);
  return wanted.every((line) => have.has(line));
}

function run(program, ...args) {
  const { status, signal, error } = spawnSync(program, args, { cwd: REPOSITORY, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) console.error(`${program}: ${error.message}`);
  return status ?? (signal ? 128 : 127);
}

if (!packagesAreCurrent()) {
  console.log('== set-up: npm packages are missing or not the locked ones: npm ci');
  // The log level is said because `npm test --silent` hands its own down: a failure must say why.
  const status = run('npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  if (status !== 0) {
    console.error(`npm ci failed (status ${status}): without its packages nothing can be tested`);
    console.log('0 passed, 1 failed, 0 skipped');
    process.exit(1);
  }
}
process.exitCode = run(
  process.execPath,
  '--import',
  'tsx',
  join(REPOSITORY, 'test/tools/run-tests.ts'),
  ...process.argv.slice(2),
);
