// A page of jtrace's own whose frame the kernel tells: the one where its main thread's stack begins, which is always in memory.
// Sources: proc_pid_stat(5) field 28, Documentation/admin-guide/mm/pagemap.rst (frames are hidden without CAP_SYS_ADMIN).

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const PAGE_BITS = 12n;
/** startstack, counted from the state, which follows the name in parentheses. */
const START_STACK_FIELD = 25;
const ENTRY_BYTES = 8;
const PRESENT = 1n << 63n;
const FRAME_MASK = (1n << 55n) - 1n;

/** null: the kernel does not tell. */
export function findOwnPage(): { readonly address: bigint; readonly frame: bigint } | null {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const text = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_STACK_FIELD];
    const address = BigInt(text ?? '0');
    const frame = frameOf(address);
    return address === 0n || frame === 0n ? null : { address, frame };
  } catch {
    return null;
  }
}

/** 0n: not present, or hidden. */
function frameOf(address: bigint): bigint {
  const fd = openSync('/proc/self/pagemap', 'r');
  try {
    const entry = Buffer.alloc(ENTRY_BYTES);
    if (readSync(fd, entry, 0, ENTRY_BYTES, Number(address >> PAGE_BITS) * ENTRY_BYTES) !== ENTRY_BYTES) return 0n;
    const value = entry.readBigUInt64LE();
    return (value & PRESENT) === 0n ? 0n : value & FRAME_MASK;
  } finally {
    closeSync(fd);
  }
}
