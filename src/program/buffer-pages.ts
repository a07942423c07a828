// Rate, window and CPUs → pages of the buffers between kernel and bpftrace, within a budget of memory. 0.17 has one buffer per CPU and
// takes only powers of two; later versions have one for all CPUs.

import type { Dialect } from '../model/dialect.ts';
import { PAGE_BYTES } from '../model/units.ts';

/** How long bpftrace or jtrace may stall without losing events: a garbage collection of ours, a busy CPU. */
const STALL_MS = 3000;
/** Registers and headers of a sample. */
const SAMPLE_HEADER_BYTES = 1024;
/** What a stack takes on average: typical ones end after 8–16 KiB (facts), whatever the window allows. */
const TYPICAL_STACK_BYTES = 16 * 1024;
/** --stack-bytes as it is by default. Who asks for more has stacks that fill it. */
const DEFAULT_WINDOW_BYTES = 128 * 1024;
/** Kernel memory for all buffers together. */
const BUDGET_BYTES = 64 * 1024 * 1024;
/** bpftrace's own default: never less. */
const MIN_PAGES = 64;
/** The largest windows must fit several times, whatever the rate. */
const MIN_SAMPLES = 8;

export interface BufferNeed {
  readonly rateHz: number;
  readonly windowBytes: number;
  readonly cpus: number;
  readonly dialect: Dialect;
}

export function bufferPages(need: BufferNeed): number {
  const buffers = need.dialect.transport === 'perf-buffer-per-cpu' ? need.cpus : 1;
  const cpusPerBuffer = need.cpus / buffers;
  const isDefault = need.windowBytes <= DEFAULT_WINDOW_BYTES;
  const stackBytes = isDefault ? Math.min(need.windowBytes, TYPICAL_STACK_BYTES) : need.windowBytes;
  const sampleBytes = stackBytes + SAMPLE_HEADER_BYTES;
  const wantedBytes = Math.max((need.rateHz * cpusPerBuffer * sampleBytes * STALL_MS) / 1000, MIN_SAMPLES * need.windowBytes);
  const bytes = Math.min(wantedBytes, BUDGET_BYTES / buffers);
  const pages = Math.max(MIN_PAGES, Math.ceil(bytes / PAGE_BYTES));
  // Rounding down keeps the budget; the power of two is 0.17's demand and harms nobody.
  return 2 ** Math.floor(Math.log2(pages));
}
