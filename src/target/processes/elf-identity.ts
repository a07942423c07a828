// The ELF header of a process's program → what machine it is built for, and whether GraalVM's native-image made it.
// A native image is recognized by its section names (`.svm_heap` and others that begin with `.svm_`; SectionName.java of
// SubstrateVM): not by behaviour, so one whose section headers were removed, or a shared library made by native-image in
// another program, is not recognized. Sources: elf(5), include/uapi/linux/elf-em.h.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Programs have 30 to 60 sections, with -ffunction-sections and no linking thousands: those are not run. */
const MAX_SECTIONS = 512;
/** Of all section names together. */
const MAX_NAMES_BYTES = 64 * 1024;
const HEADER_BYTES = 64;

/** Names as `uname -m` and people say them; others are shown by number. */
// prettier-ignore
const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86', 8: 'mips', 20: 'ppc', 21: 'ppc64', 22: 's390', 40: 'arm', 62: 'x86_64', 183: 'aarch64', 243: 'riscv', 258: 'loongarch',
};

/** EM_* of the architectures Node calls by these names. */
const OUR_MACHINE: Readonly<Record<string, number>> = { x64: 62, arm64: 183, s390x: 22, ppc64: 21, riscv64: 243, loong64: 258 };

export interface ElfIdentity {
  /** Same word size and machine as ours. */
  readonly ours: boolean;
  /** E.g. `x86_64`, `32-bit x86`. */
  readonly architecture: string;
  /** The first section name that only native-image gives; null: none seen. */
  readonly nativeImageSection: string | null;
}

/** Reads the header of the file behind a magic link such as /proc/PID/exe; null when it is gone or no ELF file. */
export function readElfIdentity(path: string): ElfIdentity | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    return fstatSync(fd).isFile() ? identify(fd) : null;
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

function identify(fd: number): ElfIdentity | null {
  const header = readAt(fd, 0, HEADER_BYTES);
  if (header.length < 52 || header.readUInt32BE(0) !== 0x7f454c46) return null;
  const wide = header[4] === 2;
  const littleEndian = header[5] === 1;
  const machine = littleEndian ? header.readUInt16LE(18) : header.readUInt16BE(18);
  const words = MACHINES[machine] ?? `machine ${machine}`;
  // x32 programs are 32-bit files with a 64-bit machine number.
  const architecture = (wide ? '' : '32-bit ') + words + (littleEndian ? '' : ' big-endian');
  const ours = wide && littleEndian && machine === OUR_MACHINE[process.arch];
  return {
    ours,
    architecture,
    nativeImageSection: ours && header.length === HEADER_BYTES ? nativeImageSection(fd, header) : null,
  };
}

function nativeImageSection(fd: number, header: Buffer): string | null {
  const table = { offset: Number(header.readBigUInt64LE(40)), size: header.readUInt16LE(58), count: header.readUInt16LE(60) };
  const namesIndex = header.readUInt16LE(62);
  if (table.size !== 64 || table.count > MAX_SECTIONS || namesIndex >= table.count) return null;
  const sections = readAt(fd, table.offset, table.size * table.count);
  if (sections.length < table.size * table.count) return null;
  const namesAt = namesIndex * table.size;
  const names = readAt(
    fd,
    Number(sections.readBigUInt64LE(namesAt + 24)),
    Math.min(MAX_NAMES_BYTES, Number(sections.readBigUInt64LE(namesAt + 32))),
  );
  const found = names
    .toString('latin1')
    .split('\0')
    .find((name) => name.startsWith('.svm_'));
  return found === undefined ? null : found.slice(0, 32).replace(/[^\w.]/g, '?');
}

function readAt(fd: number, position: number, lengthBytes: number): Buffer {
  if (!Number.isSafeInteger(position) || position < 0) return Buffer.alloc(0);
  const bytes = Buffer.alloc(lengthBytes);
  return bytes.subarray(0, readSync(fd, bytes, 0, lengthBytes, position));
}
