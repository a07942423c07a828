// /proc/PID/smaps → mappings with what the kernel counts of each. Source: show_smap() of fs/proc/task_mmu.c; the kernel walks the page
// tables for it and changes nothing. Paths are the target's (hostile).

import type { MappingPages } from '../../model/residency.ts';
import type { Pid } from '../../model/units.ts';
import { MAX_MAPPINGS, parseMapsLine } from '../maps.ts';
import { readProcChunks } from '../processes/read-proc.ts';

/** A mapping has some 700 bytes; 262,144 of them. */
const MAX_SMAPS_BYTES = 256 * 1024 * 1024;
const FIELD = /^([A-Za-z_]{1,40}): +(\d{1,15}) kB$/;
const FLAGS = 'VmFlags: ';
const KIB = 1024;

/** Fields of smaps, as bytes; what a kernel does not have is 0. */
const FIELDS = {
  KernelPageSize: 'pageBytes',
  Rss: 'rssBytes',
  Swap: 'swapBytes',
  AnonHugePages: 'hugeBytes',
  ShmemPmdMapped: 'hugeBytes',
  FilePmdMapped: 'hugeBytes',
  Locked: 'lockedBytes',
} as const satisfies Readonly<Record<string, keyof MappingPages>>;

/** null: the process is gone. */
export function readSmaps(pid: Pid): readonly MappingPages[] | null {
  const reader = new SmapsLines();
  let carry = '';
  const isReadable = readProcChunks(`/proc/${pid}/smaps`, MAX_SMAPS_BYTES, (piece) => {
    const lines = (carry + piece.toString('latin1')).split('\n');
    carry = lines.pop() ?? '';
    for (const line of lines) reader.line(line);
    return reader.mappings.length < MAX_MAPPINGS;
  });
  return isReadable ? reader.mappings : null;
}

/** For tests: the whole text. */
export function parseSmaps(text: string): readonly MappingPages[] {
  const reader = new SmapsLines();
  for (const line of text.split('\n')) reader.line(line);
  return reader.mappings;
}

class SmapsLines {
  readonly mappings: MappingPages[] = [];

  line(line: string): void {
    const last = this.mappings.at(-1);
    const field = FIELD.exec(line);
    if (field !== null && last !== undefined) {
      const name = field[1] ?? '';
      if (!isField(name)) return;
      const key = FIELDS[name];
      const before = key === 'hugeBytes' ? last.hugeBytes : 0;
      this.mappings[this.mappings.length - 1] = { ...last, [key]: before + Number(field[2]) * KIB };
      return;
    }
    if (line.startsWith(FLAGS) && last !== undefined) {
      this.mappings[this.mappings.length - 1] = { ...last, flags: line.slice(FLAGS.length).trim().split(' ') };
      return;
    }
    // Names are bytes; latin1 keeps lines apart, UTF-8 is what people see.
    const mapping = parseMapsLine(Buffer.from(line, 'latin1').toString('utf8'));
    if (mapping !== null)
      this.mappings.push({ mapping, pageBytes: 0, rssBytes: 0, swapBytes: 0, hugeBytes: 0, lockedBytes: 0, flags: [] });
  }
}

function isField(name: string): name is keyof typeof FIELDS {
  return Object.hasOwn(FIELDS, name);
}
