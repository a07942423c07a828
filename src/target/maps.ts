// The text of /proc/PID/maps → mappings. Source: show_map_vma() in fs/proc/task_mmu.c. All paths are the target's (hostile).
// The kernel escapes newlines only (seq_path(…, "\n")), so a file whose name holds a literal `\012` cannot be told from one with
// a newline: what a mapping's file is, its fileId and map_files say, never the path.

import { asAddress } from '../model/units.ts';
import type { Mapping } from '../model/target.ts';

/** vm.max_map_count is 65,530 by default, and 262,144 on machines that follow Elasticsearch's manual. */
export const MAX_MAPPINGS = 262_144;
/** A JVM's line has about 100 bytes; more than this is a process that wants us to read. */
export const MAX_MAPS_BYTES = 64 * 1024 * 1024;

const LINE =
  /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][ps]) ([0-9a-f]{1,16}) ([0-9a-f]+:[0-9a-f]+) (\d{1,20})(?: +(.*))?$/;
const DELETED = ' (deleted)';

/** Parses the lines in order; what is no mapping is left out, and everything after {@link MAX_MAPPINGS}. */
export function parseMaps(text: string): readonly Mapping[] {
  const mappings: Mapping[] = [];
  for (let start = 0; start < text.length && mappings.length < MAX_MAPPINGS;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const mapping = parseMapsLine(text.slice(start, end));
    if (mapping !== null) mappings.push(mapping);
    start = end + 1;
  }
  return mappings;
}

/** One line, without its newline; null: it is no mapping. */
export function parseMapsLine(line: string): Mapping | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, start = '', end = '', permissions = '', offset = '', device = '', inode = '', rest = ''] = match;
  // Only of files the kernel says that they are deleted; a name like `[heap]` is the kernel's own and taken as it is.
  const deleted = rest.startsWith('/') && rest.endsWith(DELETED);
  const path = deleted ? rest.slice(0, -DELETED.length) : rest;
  return {
    start: asAddress(Number.parseInt(start, 16)),
    end: asAddress(Number.parseInt(end, 16)),
    permissions,
    fileOffsetBytes: Number.parseInt(offset, 16),
    path: path.includes('\\') ? path.replaceAll('\\012', '\n') : path,
    deleted,
    fileId: `${device}:${inode}`,
  };
}
