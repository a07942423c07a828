// A page of a process → what /proc/PID/pagemap says of it, for looks without a program of BPF's. It cannot tell a page that is there from one whose
// access was taken away (PROT_NONE, NUMA hinting): templates/page-tables.bt can. Source: Documentation/admin-guide/mm/pagemap.rst.

import { closeSync, openSync, readSync } from 'node:fs';
import { PAGE_BYTES, type Pid } from '../../model/units.ts';

const ENTRY_BYTES = 8;
/** Bits 63 and 62, of the entry's last byte. */
const PRESENT = 0x80;
const SWAPPED = 0x40;

/** 'gone': the process has ended. */
export function pagemapState(pid: Pid, address: number): 'present' | 'swapped' | 'none' | 'gone' {
  let fd: number;
  try {
    fd = openSync(`/proc/${pid}/pagemap`, 'r');
  } catch {
    return 'gone';
  }
  try {
    const entry = Buffer.alloc(ENTRY_BYTES);
    const got = readSync(fd, entry, 0, ENTRY_BYTES, Math.floor(address / PAGE_BYTES) * ENTRY_BYTES);
    const flags = got === ENTRY_BYTES ? (entry[ENTRY_BYTES - 1] ?? 0) : 0;
    return (flags & PRESENT) !== 0 ? 'present' : (flags & SWAPPED) !== 0 ? 'swapped' : 'none';
  } catch {
    return 'gone';
  } finally {
    closeSync(fd);
  }
}
