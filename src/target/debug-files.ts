// A library of a target → its separate debug file, where one is installed: by build id, then by .gnu_debuglink beside it, both inside of
// the target's root; then by build id on this machine. A file is believed only if it says the same build id, or has the checksum that the
// library names. Nothing is fetched (debuginfod): a profiler asks nobody over the network what root is to read.

import { closeSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { crc32 } from 'node:zlib';
import { asPid, type Pid } from '../model/units.ts';
import { type ByteSource, fileSource } from './elf/byte-source.ts';
import { readBuildId } from './elf/build-id.ts';
import { readElfFile } from './elf/elf-file.ts';
import type { DebugFileFinder, DebugFileWanted } from './elf/separate-symbols.ts';
import { openInTargetRoot } from './processes/open-in-root.ts';

const DEBUG_FOLDER = '/usr/lib/debug';
/** Two digits are the folder. */
const MIN_BUILD_ID_DIGITS = 6;
/** To be read whole for its checksum, at about 1 GB/s: larger ones are found by build id or not at all. */
const MAX_CHECKED_BYTES = 256 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;

/** Looks for the debug files of libraries of one process, `path` as it sees them. */
export function debugFilesOf(pid: Pid, path: string): DebugFileFinder {
  return (wanted, use) => {
    for (const { root, candidate, isFit } of candidates(pid, path, wanted)) {
      const fd = openInTargetRoot(root, candidate);
      if (fd === null) continue;
      try {
        const source = fileSource(fd);
        const found = isFit(source) ? use(source) : null;
        if (found !== null) return found;
      } finally {
        closeSync(fd);
      }
    }
    return null;
  };
}

/** Tells roots apart: what was found inside one says nothing of another. '' is this machine's own. */
export function rootIdentity(pid: Pid): string {
  try {
    const [theirs, ours] = [statSync(`/proc/${pid}/root/`), statSync('/')];
    return theirs.dev === ours.dev && theirs.ino === ours.ino ? '' : `${String(theirs.dev)}:${String(theirs.ino)}`;
  } catch {
    return 'gone';
  }
}

interface Candidate {
  /** The process in whose root it is opened. */
  readonly root: Pid;
  readonly candidate: string;
  readonly isFit: (source: ByteSource) => boolean;
}

function candidates(pid: Pid, path: string, { buildId, link }: DebugFileWanted): readonly Candidate[] {
  const byBuildId =
    buildId.length < MIN_BUILD_ID_DIGITS ? null : `${DEBUG_FOLDER}/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
  const hasBuildId = (source: ByteSource): boolean => {
    const file = readElfFile(source);
    return file !== null && readBuildId(source, file) === buildId;
  };
  const folder = posix.dirname(path);
  const linked =
    link === null ? [] : [`${folder}/${link.name}`, `${folder}/.debug/${link.name}`, `${DEBUG_FOLDER}${folder}/${link.name}`];
  return [
    ...(byBuildId === null ? [] : [{ root: pid, candidate: byBuildId, isFit: hasBuildId }]),
    ...linked.map((candidate) => ({ root: pid, candidate, isFit: (source: ByteSource) => checksum(source) === link?.crc })),
    ...(byBuildId === null ? [] : [{ root: asPid(process.pid), candidate: byBuildId, isFit: hasBuildId }]),
  ];
}

/** null: too long, or it cannot be read. */
function checksum(source: ByteSource): number | null {
  if (source.sizeBytes > MAX_CHECKED_BYTES) return null;
  let sum = 0;
  for (let at = 0; at < source.sizeBytes; at += PIECE_BYTES) {
    const piece = source.read(at, Math.min(PIECE_BYTES, source.sizeBytes - at));
    if (piece === null) return null;
    sum = crc32(piece, sum);
  }
  return sum;
}
