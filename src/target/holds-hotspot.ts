// Whether a file holds a HotSpot VM, whatever it is called: a libjvm under another name, or a `java` that one was linked into. By the functions that it has, not by
// those that it calls: libjava calls many of the VM's.

import { closeSync, openSync } from 'node:fs';
import { fileSource } from './elf/byte-source.ts';
import { readElfFile } from './elf/elf-file.ts';
import { readRawSymbols } from './elf/raw-symbols.ts';

/** Of JDK 8 to 27: the tables for its debugger, functions that libjava calls, and one that only a table of all symbols has. */
const NAMES = [
  'gHotSpotVMStructs',
  'JVM_IHashCode',
  'JVM_StartThread',
  'JVM_FillInStackTrace',
  '_ZN7Threads9create_vmEP14JavaVMInitArgsPb',
];

/** False also for what cannot be read, or is no program. */
export function holdsHotspot(path: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    const source = fileSource(fd);
    const file = readElfFile(source);
    return file !== null && readRawSymbols(source, file).some((table) => NAMES.some((name) => table.indexOfName(name) >= 0));
  } finally {
    closeSync(fd);
  }
}
