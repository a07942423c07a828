// Where an ELF image is read from: an open file of the target, or a copy of its memory (the vdso). Every read is checked against
// the size known at the start and gives all of the bytes or null: a file that shrinks while it is read is a file that cannot be read.

import { fstatSync, readSync } from 'node:fs';

export interface ByteSource {
  readonly sizeBytes: number;
  /** The bytes at `offset`, in a buffer of its own that begins at an aligned address; null when they are not all there. */
  read(offset: number, lengthBytes: number): Buffer | null;
}

/** Reads of an open regular file; the descriptor stays the caller's. */
export function fileSource(fd: number): ByteSource {
  const sizeBytes = fstatSync(fd).size;
  return {
    sizeBytes,
    read(offset, lengthBytes) {
      if (!inBounds(offset, lengthBytes, sizeBytes)) return null;
      const bytes = Buffer.allocUnsafeSlow(lengthBytes);
      try {
        for (let done = 0; done < lengthBytes;) {
          const got = readSync(fd, bytes, done, lengthBytes - done, offset + done);
          if (got === 0) return null;
          done += got;
        }
      } catch {
        return null;
      }
      return bytes;
    },
  };
}

/** Reads of bytes already here. */
export function bufferSource(image: Uint8Array): ByteSource {
  return {
    sizeBytes: image.length,
    read(offset, lengthBytes) {
      if (!inBounds(offset, lengthBytes, image.length)) return null;
      const bytes = Buffer.allocUnsafeSlow(lengthBytes);
      bytes.set(image.subarray(offset, offset + lengthBytes));
      return bytes;
    },
  };
}

function inBounds(offset: number, lengthBytes: number, sizeBytes: number): boolean {
  return (
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(lengthBytes) &&
    offset >= 0 &&
    lengthBytes >= 0 &&
    offset + lengthBytes <= sizeBytes
  );
}
