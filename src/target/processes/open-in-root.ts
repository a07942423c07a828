// A path as the target names it → an open regular file inside the target's own root, however the target lies: every component
// is opened relative to the one before without following links (O_PATH, O_NOFOLLOW), links are resolved by us against the
// target's root, `..` never leaves it. So a link, a mount or a race can at most show another file of the target's own.
// A file system of the target's own (FUSE) cannot hang root: the kernel refuses it to users outside of its namespace. Files that the
// kernel makes up (/proc, /sys) are refused: to read one may do something, as /proc/kmsg takes away what it gives.

import { closeSync, constants, fstatSync, openSync, readSync, readlinkSync, statfsSync } from 'node:fs';
import type { Pid } from '../../model/units.ts';
import { credentialsOf, type Credentials, mayFollow, mayRead, maySearch } from './credentials.ts';

/** O_PATH of asm-generic/fcntl.h; node:fs has no name for it. */
const O_PATH = 0o1000_0000;
/** The kernel's own limit on links in one path (MAXSYMLINKS). */
const MAX_LINKS = 40;
/** PATH_MAX / 2 components of one letter would fit in one path; links multiply them. No real path has 256. */
const MAX_COMPONENTS = 256;
/** File systems without files of their own, by the magic numbers of linux/magic.h. */
const MADE_UP: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x6265_6572, // sysfs
  0x6462_6720, // debugfs
  0x7472_6163, // tracefs
  0x7363_6673, // securityfs
  0x6265_6570, // configfs
  0x0027_e0eb, // cgroup
  0x6367_7270, // cgroup2
  0xf97c_ff8c, // selinuxfs
  0x4341_5d53, // smackfs
  0xcafe_4a11, // bpf
  0xde5e_81e4, // efivarfs
  0x6165_676c, // pstorefs
]);

export interface OpenOptions {
  /** Only what the process itself may read: what is shown of a file, its user could have seen. Default: whatever we may. */
  readonly asProcess?: boolean;
}

/** Opens for reading, without blocking on FIFOs or devices (they are refused); null when there is no such regular file. */
export function openInTargetRoot(pid: Pid, path: string, { asProcess = false }: OpenOptions = {}): number | null {
  const reader = credentialsOf(pid);
  return reader === null ? null : openAs(pid, path, reader, asProcess);
}

function openAs(pid: Pid, path: string, reader: Credentials, asProcess: boolean): number | null {
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
      if (stat.isDirectory()) {
        if (asProcess && !maySearch(stat, reader)) return null;
        continue;
      }
      if (stat.isSymbolicLink()) {
        closeSync(dirs.pop() ?? -1);
        if (++links > MAX_LINKS || !mayFollow(stat, fstatSync(top()), reader)) return null;
        enter(readlinkSync(child), 'here');
        continue;
      }
      if (!stat.isFile() || rest.length > 0 || (asProcess && !mayRead(stat, reader)) || isMadeUp(fd)) return null;
      return openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
    }
    return null;
  } catch {
    return null; // no such file, no permission, or the target is gone
  } finally {
    for (const fd of dirs) closeSync(fd);
  }
}

function isMadeUp(fd: number): boolean {
  return MADE_UP.has(statfsSync(`/proc/self/fd/${fd}`).type >>> 0);
}

/** At most `limitBytes` of a file that the target itself may read; null when it cannot be read or is longer. */
export function readInTargetRoot(pid: Pid, path: string, limitBytes: number): Buffer | null {
  const fd = openInTargetRoot(pid, path, { asProcess: true });
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
