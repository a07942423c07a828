// This machine's architecture, which is that of every process that can be observed on it (others are refused, unfit-process.ts),
// and the size of its kernel's pages.

import { readFileSync } from 'node:fs';
import type { ArchitectureName } from '../model/architecture.ts';
import { PAGE_BYTES } from '../model/units.ts';

export function hostArchitecture(): ArchitectureName {
  return process.arch === 'arm64' ? 'aarch64' : 'x86-64';
}

/** AT_PAGESZ of include/uapi/linux/auxvec.h. */
const AT_PAGESZ = 6n;

/** Of the kernel: 4096 but on some aarch64 machines. */
export function kernelPageBytes(): number {
  try {
    const vector = readFileSync('/proc/self/auxv');
    for (let at = 0; at + 16 <= vector.length; at += 16)
      if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8));
  } catch {
    // Without /proc there is nothing to observe either.
  }
  return PAGE_BYTES;
}
