// A path as the target names it → an open regular file inside the target's own root, however the target lies: every component
// is opened relative to the one before without following links (O_PATH, O_NOFOLLOW), links are resolved by us against the
// target's root, `..` never leaves it. So a link, a mount or a race can at most show another file of the target's own.
// A file system of the target's own (FUSE) cannot hang root: the kernel refuses it to users outside of its namespace.

import { closeSync, constants, fstatSync, openSync, readSync, readlinkSync } from 'node:fs';
import type { Pid } from '../../model/units.ts';

/** O_PATH of asm-generic/fcntl.h; node:fs has no name for it. */
const O_PATH = 0o1000_0000;
/** The kernel's own limit on links in one path (MAXSYMLINKS). */
const MAX_LINKS = 40;
/** PATH_MAX / 2 components of one letter would fit in one path; links multiply them. No real path has 256. */
const MAX_COMPONENTS = 256;

/** Opens for reading, without blocking on FIFOs or devices (they are refused); null when there is no such regular file. */
export function openInTargetRoot(pid: Pid, path: string): number | null {
  const dirs: number[] = [];
  const top = (): number => dirs[dirs.length - 1] ?? -1;
  const rest: string[] = [];
  const start: { base: 'root' | 'cwd' } = { base: 'cwd' };
  let links = 0;
  let components = 0;
  /** Puts a path in front of what is left; an absolute one starts over at the target's root, a relative one at its directory. */
  const enter = (next: string, from: 'cwd' | 'here'): void => {
    if (next.startsWith('/') || from !== 'here') {
      for (const fd of dirs.splice(0)) closeSync(fd);
      start.base = next.startsWith('/') ? 'root' : 'cwd';
      dirs.push(openSync(`/proc/${pid}/${start.base}`, O_PATH | constants.O_DIRECTORY));
    }
    rest.unshift(...next.split('/').filter((part) => part !== '' && part !== '.'));
  };
  try {
    enter(path, 'cwd');
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      if (++components > MAX_COMPONENTS || part.includes('\0')) return null;
      if (part === '..') {
        // Above the root is the root. Above the target's directory we cannot tell where its root is, so there is no such file.
        if (dirs.length > 1) closeSync(dirs.pop() ?? -1);
        else if (start.base === 'cwd') return null;
        continue;
      }
      const child = `/proc/self/fd/${top()}/${part}`;
      const fd = openSync(child, O_PATH | constants.O_NOFOLLOW);
      dirs.push(fd);
      const stat = fstatSync(fd);
      if (stat.isDirectory()) continue;
      if (stat.isSymbolicLink()) {
        closeSync(dirs.pop() ?? -1);
        if (++links > MAX_LINKS) return null;
        enter(readlinkSync(child), 'here');
        continue;
      }
      if (!stat.isFile() || rest.length > 0) return null;
      return openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
    }
    return null;
  } catch {
    return null; // no such file, no permission, or the target is gone
  } finally {
    for (const fd of dirs) closeSync(fd);
  }
}

/** At most `limitBytes` of a file of the target; null when it cannot be read or is longer. */
export function readInTargetRoot(pid: Pid, path: string, limitBytes: number): Buffer | null {
  const fd = openInTargetRoot(pid, path);
  if (fd === null) return null;
  try {
    const bytes = Buffer.allocUnsafe(limitBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const got = readSync(fd, bytes, length, bytes.length - length, length);
      if (got === 0) break;
      length += got;
    }
    return length > limitBytes ? null : bytes.subarray(0, length);
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}
