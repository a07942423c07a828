// /proc/PID/maps → which virtual machine a process has loaded. Only lines that may name a VM are looked at.
// Leaves out JVMs linked statically into a program.

import type { Pid } from '../../model/units.ts';
import { parseMapsLine } from '../maps.ts';
import { readProcChunks } from './read-proc.ts';

/**
 * vm.max_map_count is 65,530 by default and 262,144 on machines that follow Elasticsearch's manual; a JVM's line has about 100
 * bytes. More than this is a process that wants us to read.
 */
const MAX_MAPS_BYTES = 32 * 1024 * 1024;
/** Address, permissions and a path of 4096 bytes each of which may be escaped to four. */
const MAX_LINE_BYTES = 4 * 4096 + 128;
const NEWLINE = 0x0a;

/** What the mapped files of a process say about it. */
export interface VmMappings {
  /** Path of an executable mapping of libjvm.so inside the target's root (octal escapes decoded, ` (deleted)` removed). */
  readonly libjvm: string | null;
  /** libj9vm29.so and its kin: OpenJ9 (whose libjvm.so only forwards to it). */
  readonly openj9: boolean;
  /** libjli.so: a JDK launcher. */
  readonly launcher: boolean;
}

/** Looks for a VM among the mapped files; null when the maps cannot be read (gone, or no permission). */
export function readVmMappings(pid: Pid): VmMappings | null {
  const found = { libjvm: null as string | null, openj9: false, launcher: false };
  const take = (line: Buffer): void => {
    if (line.indexOf('libj') < 0) return;
    const mapping = parseMapsLine(line.toString('utf8'));
    if (mapping === null) return;
    const name = mapping.path.slice(mapping.path.lastIndexOf('/') + 1);
    // Only executable mappings count: debuggers and profilers map libjvm to read it.
    if (name === 'libjvm.so' && mapping.permissions.includes('x')) found.libjvm ??= mapping.path;
    else if (/^libj9vm\d*\.so$/.test(name)) found.openj9 = true;
    else if (name === 'libjli.so') found.launcher = true;
  };
  let rest: Buffer = Buffer.alloc(0);
  const readable = readProcChunks(`/proc/${pid}/maps`, MAX_MAPS_BYTES, (piece) => {
    const end = piece.lastIndexOf(NEWLINE);
    if (end < 0) {
      rest = rest.length > MAX_LINE_BYTES ? Buffer.alloc(0) : Buffer.concat([rest, piece]);
      return true;
    }
    forEachLine(Buffer.concat([rest, piece.subarray(0, end)]), take);
    rest = Buffer.from(piece.subarray(end + 1));
    return true;
  });
  take(rest);
  return readable ? found : null;
}

function forEachLine(text: Buffer, take: (line: Buffer) => void): void {
  // Most processes have no such line at all: one search instead of thousands of slices.
  for (let hit = text.indexOf('libj'); hit >= 0;) {
    const start = text.lastIndexOf(NEWLINE, hit) + 1;
    const newline = text.indexOf(NEWLINE, hit);
    const end = newline < 0 ? text.length : newline;
    take(text.subarray(start, end));
    hit = end < text.length ? text.indexOf('libj', end) : -1;
  }
}
