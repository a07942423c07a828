// Mappings of files and shared memory → which of their pages are in memory, by address. Files are opened for it as the target has them
// mapped; what cannot be opened is not known, and told.

import { closeSync, fstatSync, statfsSync } from 'node:fs';
import type { FoundBpftrace } from '../bpftrace/find.ts';
import { runOnce } from '../bpftrace/run-once.ts';
import type { CacheState } from '../model/page-state.ts';
import type { Mapping } from '../model/target.ts';
import { PAGE_BYTES, type Pid } from '../model/units.ts';
import { dialectFor } from '../program/dialects.ts';
import { type AskedPages, type CacheRun, pageCacheProgram, parsePageCache } from '../program/pages/page-cache.ts';
import { isMemory } from '../residency/mapping-residency.ts';
import type { Run } from '../residency/segments.ts';
import { openMappedFile } from '../target/open-mapped-file.ts';
import { ProcessHandle } from '../target/process-handle.ts';

/** Descriptors held at a time, and statements of one program; a JVM maps some 150. */
const FILES_PER_PROGRAM = 200;
const MOST_PROGRAMS = 20;
/** OVERLAYFS_SUPER_MAGIC of linux/magic.h: files of containers. */
const OVERLAYFS = 0x794c7630;
const TIMEOUT_MS = 120_000;

export interface CachedPages {
  /** In ascending order. */
  readonly runs: readonly Run<CacheState | 'swapped'>[];
  /** Mappings that could not be asked. */
  readonly unasked: number;
}

/** `mappings`: of files and shared memory, in ascending order. */
export async function askPageCache(bpftrace: FoundBpftrace, pid: Pid, mappings: readonly Mapping[]): Promise<CachedPages> {
  const runs: Run<CacheState | 'swapped'>[] = [];
  let unasked = Math.max(0, mappings.length - FILES_PER_PROGRAM * MOST_PROGRAMS);
  const asked = mappings.slice(0, FILES_PER_PROGRAM * MOST_PROGRAMS);
  const handle = new ProcessHandle(pid);
  try {
    for (let at = 0; at < asked.length; at += FILES_PER_PROGRAM) {
      const found = await askFiles(bpftrace, handle, asked.slice(at, at + FILES_PER_PROGRAM));
      runs.push(...found.runs);
      unasked += found.unasked;
    }
  } finally {
    handle.close();
  }
  return { runs, unasked };
}

async function askFiles(bpftrace: FoundBpftrace, handle: ProcessHandle, mappings: readonly Mapping[]): Promise<CachedPages> {
  const opened: { readonly mapping: Mapping; readonly pages: AskedPages; readonly isShared: boolean }[] = [];
  let unasked = 0;
  try {
    for (const mapping of mappings) {
      const descriptor = openMappedFile(handle, mapping);
      if (descriptor === null) {
        unasked += 1;
        continue;
      }
      const firstPage = mapping.fileOffsetBytes / PAGE_BYTES;
      // Of what lies behind the file's end there is nothing.
      const filePages = Math.ceil(fstatSync(descriptor).size / PAGE_BYTES);
      const endPage = Math.min(firstPage + (mapping.end - mapping.start) / PAGE_BYTES, filePages);
      const isShared = isMemory(mapping);
      const isLayered = statfsSync(`/proc/self/fd/${String(descriptor)}`).type === OVERLAYFS;
      if (endPage > firstPage) opened.push({ mapping, pages: { descriptor, firstPage, endPage, isLayered }, isShared });
      else closeSync(descriptor);
    }
    if (opened.length === 0) return { runs: [], unasked };
    const files = opened.map(({ pages }) => pages);
    const program = pageCacheProgram(files, dialectFor(bpftrace.version));
    const answers = parsePageCache(await runOnce({ bpftracePath: bpftrace.path, program, timeoutMs: TIMEOUT_MS }), files);
    const runs = opened.flatMap(({ mapping, isShared }, index) => addressed(mapping, isShared, answers[index] ?? null));
    return { runs, unasked: unasked + answers.filter((answer) => answer === null).length };
  } finally {
    for (const { pages } of opened) closeSync(pages.descriptor);
  }
}

function addressed(
  mapping: Mapping,
  isShared: boolean,
  runs: readonly CacheRun[] | null,
): readonly Run<CacheState | 'swapped'>[] {
  const first = mapping.fileOffsetBytes / PAGE_BYTES;
  const at = (page: number): number => mapping.start + (page - first) * PAGE_BYTES;
  return (runs ?? []).map(({ firstPage, endPage, kind }) => ({
    start: at(firstPage),
    end: at(endPage),
    value: kind === 'cached' ? 'cached' : kind === 'noted' && isShared ? 'swapped' : 'not-cached',
  }));
}
