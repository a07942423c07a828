// Where this kernel has all memory mapped, and how its page tables are built: what programs that walk page tables need to know. Asked
// once a run; it does not move while a machine is up.

import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { runOnce } from '../bpftrace/run-once.ts';
import { OperatorError } from '../model/errors.ts';
import type { KernelAddress } from '../model/units.ts';
import { directMapProgram, parseDirectMap, MOST_TRIES } from '../program/pages/direct-map.ts';
import { type PagingShape, pagingShapeOf } from '../program/pages/paging.ts';
import { findOwnPage } from '../target/pages/own-page.ts';

/** bpftrace's start, on an emulated machine. */
const TIMEOUT_MS = 180_000;
const GIB = 2 ** 30;
/** Memory lies around holes for devices: its last page may have twice the address that its size says. */
const HOLES_FACTOR = 2;
/** For devices below 4 GiB, on every PC. */
const LOW_HOLE_GIB = 4;
const MOST_PROGRAMS = 16;
/** Between the question where jtrace's page lies and the walk to it, a NUMA scan may hide it, or it may be moved to another node. */
const MOST_SEARCHES = 2;

export interface DirectMap {
  readonly base: KernelAddress;
  readonly paging: PagingShape;
}

/** Throws an OperatorError where page tables cannot be walked. */
export async function findDirectMap(bpftracePath: string): Promise<DirectMap> {
  const paging = pagingShapeOf(readFileSync('/proc/cpuinfo', 'latin1'));
  if (paging === null)
    throw new OperatorError(
      'environment',
      'page tables are walked on x86-64 only',
      '/proc/PID/smaps and pagemap have what the kernel tells',
    );
  for (let searches = 0; searches < MOST_SEARCHES; searches++) {
    const base = await search(bpftracePath, paging);
    if (base !== null) return { base, paging };
  }
  throw new OperatorError(
    'environment',
    'the kernel’s page tables cannot be read: its direct map was not found',
    'kernel lockdown (confidentiality) forbids it: cat /sys/kernel/security/lockdown',
  );
}

/** null: it is nowhere. */
async function search(bpftracePath: string, paging: PagingShape): Promise<KernelAddress | null> {
  const page = findOwnPage();
  if (page === null)
    throw new OperatorError(
      'environment',
      'the kernel does not tell where pages lie (/proc/self/pagemap)',
      'CAP_SYS_ADMIN is needed for it',
    );
  // Verifiers follow every try: no more than this machine can need.
  const places = Math.min(MOST_TRIES * MOST_PROGRAMS, Math.ceil((totalmem() / GIB + LOW_HOLE_GIB) * HOLES_FACTOR));
  for (let first = 0; first < places; first += MOST_TRIES) {
    const program = directMapProgram(paging, page, first, Math.min(MOST_TRIES, places - first));
    const base = parseDirectMap(await runOnce({ bpftracePath, program, timeoutMs: TIMEOUT_MS }), process.pid);
    if (base !== null) return base;
  }
  return null;
}
