// The environment and the user → the folder that indexes of libraries are kept in from run to run, as a descriptor that stays with it;
// null: there is none that is safe, and nothing is kept. It is the folder of the user whose rights jtrace has: under sudo root's, never
// that of the person who called sudo, because what root believes must lie where only root can write. So a HOME or XDG_CACHE_HOME that
// sudo -E or su kept from that person is passed over, for root's home as the system knows it.

import { closeSync, constants, existsSync, fstatSync, lstatSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

const FOLDER = 'jtrace';
const PRIVATE = 0o700;
const OTHERS_WRITE = 0o002;
const GROUP_WRITES = 0o020;
const STICKY = 0o1000;
const OTHERS_ANY = 0o077;

export interface CacheFolder {
  /** A path that leads there as long as the descriptor is open, whatever is renamed meanwhile. */
  readonly path: string;
  readonly fd: number;
}

/** Opens the folder, made if it is not there. Never throws. */
export function openCacheFolder(environment: NodeJS.ProcessEnv): CacheFolder | null {
  for (const base of candidates(environment)) {
    const fd = openPrivate(base);
    if (fd !== null) return { path: `/proc/self/fd/${String(fd)}`, fd };
  }
  return null;
}

function* candidates({ XDG_CACHE_HOME: cacheHome, HOME: home }: NodeJS.ProcessEnv): Generator<string> {
  if (cacheHome !== undefined && isAbsolute(cacheHome)) yield cacheHome;
  if (home !== undefined && isAbsolute(home)) yield join(home, '.cache');
  try {
    yield join(userInfo().homedir, '.cache');
  } catch {
    // No such user in this container.
  }
}

function openPrivate(base: string): number | null {
  let fd = -1;
  try {
    if (!isOurWay(base) || !isTrusted(nearestExisting(base))) return null;
    makeFolders(base);
    const real = realpathSync(base);
    if (!isTrusted(real)) return null;
    const folder = join(real, FOLDER);
    try {
      mkdirSync(folder, { mode: PRIVATE });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) return null;
    }
    fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    const { uid, mode } = fstatSync(fd);
    if (uid === process.geteuid?.() && (mode & OTHERS_ANY) === 0) return fd;
  } catch {
    // Read-only, full, not ours: nothing is kept then.
  }
  if (fd >= 0) closeSync(fd);
  return null;
}

/** Like `mkdir -p`; node's own never ends where a file system refuses every folder with ENOENT, as /proc does. */
function makeFolders(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolders(dirname(path));
  mkdirSync(path, { mode: PRIVATE });
}

function nearestExisting(path: string): string {
  for (let at = path; ; at = dirname(at)) {
    try {
      return realpathSync(at);
    } catch {
      if (at === dirname(at)) return at;
    }
  }
}

/** Whether no folder or link on the way there is somebody else's, who could lead root to make folders in a place of root's. */
function isOurWay(path: string): boolean {
  const own = process.geteuid?.();
  for (let at = path; ; at = dirname(at)) {
    const uid = lstatSync(at, { throwIfNoEntry: false })?.uid ?? 0;
    if (uid !== 0 && uid !== own) return false;
    if (at === dirname(at)) return true;
  }
}

/** Whether nobody but root and us can put something else in the place of this folder or one above it. */
function isTrusted(real: string): boolean {
  const own = process.geteuid?.();
  const writers = own === 0 ? OTHERS_WRITE | GROUP_WRITES : OTHERS_WRITE;
  for (let at = real; ; at = dirname(at)) {
    const { uid, mode } = lstatSync(at);
    if (uid !== 0 && uid !== own) return false;
    if ((mode & writers) !== 0 && (mode & STICKY) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
