// The program that asks which pages of files are in memory (templates/page-cache.bt), and what it prints → runs of pages.

import type { Dialect } from '../../model/dialect.ts';
import type { BpftraceProgram } from '../../model/program.ts';
import { renderTemplate } from '../template.ts';
import { readTemplate } from '../templates.ts';

/** Pages of one file, through jtrace's own descriptor of it. */
export interface AskedPages {
  readonly descriptor: number;
  /** Indexes in the file. */
  readonly firstPage: number;
  readonly endPage: number;
  /** A file of overlayfs: its pages are another's. */
  readonly isLayered: boolean;
}

/** `kind`: in memory; noted as dropped (of a file) or swapped out (of shared memory); nothing. */
export interface CacheRun {
  readonly firstPage: number;
  readonly endPage: number;
  readonly kind: 'cached' | 'noted' | 'none';
}

/** A round is longer than one of page-tables.bt. */
const STEPS_PER_TICK = 200;
/** Every second page of a file gone is the worst: 16 MiB of lines. */
const BUFFER_PAGES = 4096;
const POINTER_BYTES = 8;
/** struct xa_node as include/linux/xarray.h has it since 4.20, with 64 slots; its place of the slots is 40. */
const NODE_BYTES = 576;
const KINDS = ['none', 'cached', 'noted'] as const;

export function pageCacheProgram(files: readonly AskedPages[], dialect: Dialect): BpftraceProgram {
  const pairs = (value: (file: AskedPages) => number): number[] => files.flatMap((file, index) => [index, value(file)]);
  const text = renderTemplate(readTemplate('page-cache.bt'), {
    slot: pairs(({ descriptor }) => descriptor * POINTER_BYTES),
    first: pairs(({ firstPage }) => firstPage),
    last: pairs(({ endPage }) => endPage),
    layered: pairs(({ isLayered }) => (isLayered ? 1 : 0)),
    items: files.length,
    stepsPerTick: STEPS_PER_TICK,
  });
  return {
    text,
    environment: { BPFTRACE_PERF_RB_PAGES: String(BUFFER_PAGES) },
    unsafe: false,
    arguments: dialect.quietArguments,
  };
}

const RUN = /^C (\d{1,9}) (\d{1,15}) (\d{1,15}) ([0-3])$/;

/** Runs by file, in the order they were asked; null for a file of which lines are missing, and for all where the kernel is another. */
export function parsePageCache(lines: readonly string[], files: readonly AskedPages[]): readonly (readonly CacheRun[] | null)[] {
  const isKnown = lines.includes(`P ready ${String(process.pid)} ${String(NODE_BYTES)}`);
  const runs: CacheRun[][] = files.map(() => []);
  for (const line of lines) {
    const match = RUN.exec(line);
    if (match === null) continue;
    const [item = 0, first = 0, end = 0, kind = 0] = match.slice(1).map(Number);
    const name = KINDS[kind];
    const file = files[item];
    // The kind before the first page is none of these.
    if (name === undefined || file === undefined || first >= file.endPage || end <= first) continue;
    runs[item]?.push({ firstPage: first, endPage: Math.min(end, file.endPage), kind: name });
  }
  return files.map((file, index) => (isKnown && isWhole(file, runs[index] ?? []) ? (runs[index] ?? null) : null));
}

function isWhole({ firstPage, endPage }: AskedPages, runs: readonly CacheRun[]): boolean {
  let at = firstPage;
  for (const run of runs) {
    if (run.firstPage !== at) return false;
    at = run.endPage;
  }
  return at === endPage;
}
