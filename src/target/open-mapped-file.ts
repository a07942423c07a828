// A mapping → the open file behind it. First through /proc/PID/map_files, which is the mapped file itself: also when it was
// deleted, replaced, or is reachable in another mount namespace only. Without the right to that (CAP_SYS_ADMIN or
// CAP_CHECKPOINT_RESTORE) by its path inside the target's own root, and only if what is there is the mapped file: device and
// inode must be equal (btrfs and overlays may show another device in maps: then there is no answer).

import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { Mapping } from '../model/target.ts';
import { openInTargetRoot } from './processes/open-in-root.ts';
import type { ProcessHandle } from './process-handle.ts';

/** O_PATH of asm-generic/fcntl.h; node:fs has no name for it. */
const O_PATH = 0o1000_0000;

/** A descriptor of a regular file for the caller to close; null when there is none to be had. Never blocks on FIFOs or devices. */
export function openMappedFile(process: ProcessHandle, mapping: Mapping): number | null {
  if (!mapping.path.startsWith('/')) return null;
  const range = `${mapping.start.toString(16)}-${mapping.end.toString(16)}`;
  return openRegular(process.procPath(`map_files/${range}`)) ?? openByPath(process, mapping);
}

/** Looks before it opens: a mapped device must not see an open() from us. */
function openRegular(path: string): number | null {
  let look = -1;
  try {
    look = openSync(path, O_PATH);
    if (!fstatSync(look).isFile()) return null;
    return openSync(`/proc/self/fd/${look}`, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  } finally {
    if (look >= 0) closeSync(look);
  }
}

/** The file of that path in the target's root, if it is the mapped one. */
export function openByPath(process: ProcessHandle, mapping: Mapping): number | null {
  if (mapping.deleted) return null;
  const fd = openInTargetRoot(process.pid, mapping.path);
  if (fd === null) return null;
  if (fileIdOf(fd) === mapping.fileId && process.alive()) return fd;
  closeSync(fd);
  return null;
}

/** As /proc/PID/maps shows it. Encoding of dev_t: gnu_dev_major() and gnu_dev_minor() of sys/sysmacros.h. */
function fileIdOf(fd: number): string {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return `${hex2(major)}:${hex2(minor)}:${ino}`;
}

const hex2 = (value: bigint): string => value.toString(16).padStart(2, '0');
