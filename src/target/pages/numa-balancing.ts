// Whether the kernel takes accesses away to see who touches a page: kernel.numa_balancing (1, or 2 for tiered memory).

import { readProc } from '../processes/read-proc.ts';

/** A kernel without NUMA has no such setting. */
export function isNumaBalancing(): boolean {
  const text = readProc('/proc/sys/kernel/numa_balancing', 16)?.toString('latin1').trim();
  return text !== undefined && text !== '' && text !== '0';
}
