// The program that looks at the page tables of a process (templates/page-tables.bt): once, or again and again.

import type { Dialect } from '../../model/dialect.ts';
import type { BpftraceProgram } from '../../model/program.ts';
import type { KernelAddress, Pid } from '../../model/units.ts';
import { renderTemplate } from '../template.ts';
import { readTemplate } from '../templates.ts';
import { type PagingShape, maskOf } from './paging.ts';

/**
 * Entries looked at in one run of the probe, a millisecond apart: some 40 us with interrupts off. Verifiers follow each round of a loop;
 * 6.18's takes 1,000 of these on 0.17, and older ones are given room.
 */
const STEPS_PER_TICK = 400;
/** Runs of pages are short lines, thousands in a millisecond where every second page is gone: 16 MiB on a CPU hold 200,000. */
const BUFFER_PAGES = 4096;
const POINTER_BYTES = 8;

export interface PageTablesProgram {
  readonly pid: Pid;
  /** jtrace's own descriptor of /proc/PID/mem. */
  readonly memoryDescriptor: number;
  readonly base: KernelAddress;
  readonly paging: PagingShape;
  /** Multiples of 4096. */
  readonly start: number;
  readonly end: number;
  /** null: one look. */
  readonly intervalMs: number | null;
}

export function pageTablesProgram(values: PageTablesProgram, dialect: Dialect): BpftraceProgram {
  const { paging, start, end, intervalMs } = values;
  const text = renderTemplate(readTemplate('page-tables.bt'), {
    memorySlot: values.memoryDescriptor * POINTER_BYTES,
    pid: values.pid,
    base: maskOf(values.base),
    frameMask: maskOf(paging.frameMask),
    topShift: paging.topShift,
    start,
    end,
    intervalNs: (intervalMs ?? 0) * 1_000_000,
    stepsPerTick: STEPS_PER_TICK,
    once: intervalMs === null,
    forks: intervalMs !== null,
  });
  return {
    text,
    environment: { BPFTRACE_PERF_RB_PAGES: String(BUFFER_PAGES) },
    unsafe: false,
    arguments: dialect.quietArguments,
  };
}
