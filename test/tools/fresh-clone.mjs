// What `npm test` and `npm run demo` do before any npm package is there, with nothing but Node itself: refuse a Node that is too old, and
// install the packages of the lock file. What is installed belongs to whom the clone belongs to, also under sudo.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const OLDEST_NODE = [20, 19]; // package.json "engines"

/** The environment is not what is needed, as jtrace's own exit code says it. */
export const EXIT_ENVIRONMENT = 3;

/** Ends the program with one line where this Node cannot run the rest of it. */
export function refuseOldNode(command) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  console.error(
    `${command}: Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node} (${process.execPath})`,
  );
  process.exit(EXIT_ENVIRONMENT);
}

/** Installs the npm packages where they are not the locked ones, saying so; the status of `npm ci`, 0 when there was nothing to do. */
export function installNpmPackages(sayer) {
  if (packagesAreCurrent()) return 0;
  console.log(`${sayer}: npm packages are missing or not the locked ones: npm ci`);
  // The log level is said because `npm test --silent` hands its own down: a failure must say why.
  return runInClone('npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
}

/** Runs a program in the clone, its output shown, as the clone's owner; its exit status. */
export function runInClone(program, ...args) {
  const { status, signal, error } = spawnSync(program, args, {
    cwd: REPOSITORY,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...asOwnerOf(REPOSITORY),
  });
  if (error) console.error(`${program}: ${error.message}`);
  return status ?? (signal ? 128 : 127);
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

/** How root, come by sudo from a folder's owner, starts a program as that owner: files of root's in a clone would be in the owner's way. */
function asOwnerOf(folder) {
  const { uid, gid } = statSync(folder);
  if (process.geteuid() !== 0 || uid === 0 || process.env.SUDO_UID !== String(uid)) return {};
  const { stdout } = spawnSync('getent', ['passwd', String(uid)], { encoding: 'utf8', input: '' });
  const home = (stdout ?? '').split(':')[5];
  return home ? { uid, gid, env: { ...process.env, HOME: home } } : {};
}
