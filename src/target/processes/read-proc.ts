// Bounded reads of /proc files: path → bytes, never more than asked for, null when the process is gone or forbids it.
// Leaves out everything that follows a path of the target's choosing (open-in-root.ts does that).

import { closeSync, constants, openSync, readSync, readlinkSync } from 'node:fs';

/** /proc/PID/maps is made by the kernel line by line: pieces of a page or a little more, so big ones save calls. */
const CHUNK_BYTES = 64 * 1024;

/** Calls `visit` with consecutive pieces until it returns false, `limitBytes` are read, or the file ends; false: not readable. */
export function readProcChunks(path: string, limitBytes: number, visit: (piece: Buffer) => boolean): boolean {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, limitBytes));
  try {
    for (let total = 0; total < limitBytes;) {
      const got = readSync(fd, chunk, 0, Math.min(chunk.length, limitBytes - total), null);
      if (got === 0) return true;
      total += got;
      if (!visit(chunk.subarray(0, got))) return true;
    }
    return true;
  } catch {
    return false; // ESRCH: the process ended while it was read
  } finally {
    closeSync(fd);
  }
}

/** At most `limitBytes` of a /proc file. */
export function readProc(path: string, limitBytes: number): Buffer | null {
  const pieces: Buffer[] = [];
  const readable = readProcChunks(path, limitBytes, (piece) => {
    pieces.push(Buffer.from(piece));
    return true;
  });
  return readable ? Buffer.concat(pieces) : null;
}

/** Where a /proc link points, without following it; null when there is none to read. */
export function readProcLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
