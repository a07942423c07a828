// The program that finds the kernel's direct map (templates/direct-map.bt), and what it prints → its address.

import { OperatorError } from '../../model/errors.ts';
import type { BpftraceProgram } from '../../model/program.ts';
import { asKernelAddress, type KernelAddress } from '../../model/units.ts';
import { renderTemplate } from '../template.ts';
import { readTemplate } from '../templates.ts';
import { type PagingShape, maskOf } from './paging.ts';

/** Places tried by one program at most: what the verifiers of 5.10 and 6.18 take, with all three bpftraces. */
export const MOST_TRIES = 400;

/** A page of jtrace's own, and the frame it lies in. */
export interface KnownPage {
  readonly address: bigint;
  /** Page frame number. */
  readonly frame: bigint;
}

/** Tries so many places from `firstTry` GiB below jtrace's own top page table on, at most {@link MOST_TRIES}. */
export function directMapProgram(paging: PagingShape, page: KnownPage, firstTry: number, tries: number): BpftraceProgram {
  const text = renderTemplate(readTemplate('direct-map.bt'), {
    address: maskOf(page.address),
    frame: maskOf(page.frame << 12n),
    frameMask: maskOf(paging.frameMask),
    fiveLevels: paging.levels === 5,
    topShift: paging.topShift,
    tries,
    firstTry,
  });
  return { text, environment: {}, unsafe: false, arguments: [] };
}

/**
 * null: not among the places tried. Throws when the program did not run as jtrace's child, whose page tables it then walked.
 */
export function parseDirectMap(lines: readonly string[], ownPid: number): KernelAddress | null {
  if (!lines.includes(`parent ${String(ownPid)}`))
    throw new OperatorError(
      'environment',
      'the bpftrace that runs is not the program that jtrace has started',
      'name the program itself, no script that starts it: --bpftrace /usr/bin/bpftrace',
    );
  for (const line of lines) {
    const [, base] = /^base ([0-9a-f]{16})$/.exec(line) ?? [];
    if (base !== undefined) return asKernelAddress(BigInt(`0x${base}`));
  }
  return null;
}
