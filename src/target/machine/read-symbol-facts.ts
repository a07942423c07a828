// Where names could come from on this machine: the kernel's symbols, separate debug files, and whether bpftool is installed.

import { delimiter, isAbsolute, join } from 'node:path';
import type { SymbolFacts } from '../../model/machine-facts.ts';
import { readText, whereIs } from './read-file.ts';

/** Enough lines to see an address that is not hidden; the first of all are zero where a per-CPU section begins. */
const KALLSYMS_BYTES = 64 * 1024;
const SBIN = ['/usr/sbin', '/sbin', '/usr/bin', '/usr/local/sbin'];

export function readSymbolFacts(searchPath: string | undefined): SymbolFacts {
  const lines = readText('/proc/kallsyms', KALLSYMS_BYTES);
  const folders = [...(searchPath ?? '').split(delimiter), ...SBIN].filter(isAbsolute);
  return {
    kernel: lines === null ? 'absent' : /^ffff[0-9a-f]{12} /m.test(lines) ? 'readable' : 'hidden',
    hasDebugFiles: whereIs('/usr/lib/debug/.build-id') === 'there',
    bpftoolPath: folders.map((folder) => join(folder, 'bpftool')).find((path) => whereIs(path) === 'there') ?? null,
  };
}
