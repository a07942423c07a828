// Indexes of libraries kept from run to run: one file each, in a folder that only its user can read or write (cache-folder.ts). Files are
// written beside and renamed, so that jtraces running at once see whole ones; the ones used longest ago go when there are too many.
// Nothing here is an error: without a folder, on a full disk or a read-only home, jtrace works the indexes out again.

import { closeSync, constants, fstatSync, futimesSync, lstatSync, openSync, readdirSync, readSync, renameSync, unlinkSync, writeSync } from 'node:fs'; // prettier-ignore
import type { IndexCache } from '../../target/elf/library-index.ts';
import { type CacheFolder, openCacheFolder } from './cache-folder.ts';

/** All files: the JVMs and libraries of some years on one machine; libjvm's has 2.5 MB. */
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;
/** What is left of them when there were more: so that not every new file looks at all. */
const KEPT_BYTES = 192 * 1024 * 1024;
const MAX_FILES = 1024;
const KEPT_FILES = 768;
/** One file: a browser's main library has 30 MB. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** A file is marked as used this often, not at each use. */
const TOUCH_INTERVAL_MS = 3_600_000;
/** A file that was begun this long ago, its writer has given up. */
const ABANDONED_MS = 600_000;
const NAME = /^[0-9a-z-]{1,160}$/;
const ENTRY = /^[0-9a-z-]{1,160}\.index$/;
const BEGUN = /^\.[0-9a-f-]{1,48}\.begun$/;
const OTHERS_WRITE = 0o022;

export interface UserCacheOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly maxTotalBytes?: number;
  readonly keptBytes?: number;
}

/** The cache of this user; one that keeps nothing where there can be none. The folder is opened at the first question. */
export function createUserCache({ environment, maxTotalBytes, keptBytes }: UserCacheOptions): IndexCache {
  let folder: CacheFolder | null | undefined;
  const opened = (): CacheFolder | null => (folder ??= openCacheFolder(environment) ?? null);
  return {
    read(name) {
      const place = NAME.test(name) ? opened() : null;
      return place === null ? null : readEntry(`${place.path}/${name}.index`);
    },
    write(name, bytes) {
      const place = NAME.test(name) && bytes.length <= MAX_FILE_BYTES ? opened() : null;
      if (place === null) return;
      if (writeEntry(place.path, `${name}.index`, bytes))
        makeRoom(place.path, maxTotalBytes ?? MAX_TOTAL_BYTES, keptBytes ?? KEPT_BYTES);
    },
  };
}

function readEntry(path: string): Buffer | null {
  let fd = -1;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { uid, mode, size, mtimeMs } = fstatSync(fd);
    const isOurs = isFile(mode) && uid === process.geteuid?.() && (mode & OTHERS_WRITE) === 0;
    if (!isOurs || size > MAX_FILE_BYTES) return null;
    const bytes = Buffer.allocUnsafeSlow(size);
    for (let done = 0; done < size;) {
      const got = readSync(fd, bytes, done, size - done, done);
      if (got === 0) return null;
      done += got;
    }
    if (Math.abs(Date.now() - mtimeMs) > TOUCH_INTERVAL_MS) touch(fd);
    return bytes;
  } catch {
    return null;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

function touch(fd: number): void {
  try {
    const now = new Date();
    futimesSync(fd, now, now);
  } catch {
    // On a read-only file system nothing is thrown out either.
  }
}

const isFile = (mode: number): boolean => (mode & constants.S_IFMT) === constants.S_IFREG;

function writeEntry(folder: string, name: string, bytes: Uint8Array): boolean {
  const begun = `${folder}/.${process.pid.toString(16)}-${process.hrtime.bigint().toString(16)}.begun`;
  let fd = -1;
  try {
    fd = openSync(begun, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    renameSync(begun, `${folder}/${name}`);
    return true;
  } catch {
    if (fd >= 0) remove(begun);
    return false;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/** Throws out what was used longest ago, and what was begun and never ended. */
function makeRoom(folder: string, maxTotalBytes: number, keptBytes: number): void {
  try {
    const entries: { readonly path: string; readonly size: number; readonly mtimeMs: number }[] = [];
    for (const name of readdirSync(folder)) {
      if (!ENTRY.test(name) && !BEGUN.test(name)) continue;
      const path = `${folder}/${name}`;
      const { size, mtimeMs } = sizeAndTime(path);
      if (BEGUN.test(name) && Date.now() - mtimeMs > ABANDONED_MS) remove(path);
      else if (ENTRY.test(name)) entries.push({ path, size, mtimeMs });
    }
    let [total, count] = [entries.reduce((sum, { size }) => sum + size, 0), entries.length];
    if (total <= maxTotalBytes && count <= MAX_FILES) return;
    entries.sort((a, b) => a.mtimeMs - b.mtimeMs);
    for (const { path, size } of entries) {
      if (total <= keptBytes && count <= KEPT_FILES) return;
      remove(path);
      total -= size;
      count -= 1;
    }
  } catch {
    // Somebody else is clearing up.
  }
}

/** Of a file that is gone meanwhile: nothing, long ago. */
function sizeAndTime(path: string): { readonly size: number; readonly mtimeMs: number } {
  try {
    return lstatSync(path);
  } catch {
    return { size: 0, mtimeMs: 0 };
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already.
  }
}
