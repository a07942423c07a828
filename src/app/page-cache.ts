// Mappings of files and shared memory → which of their pages are in memory, by address. Files are opened for it as the target has them
// mapped, each is asked once however often it is mapped; what cannot be opened or does not answer is not known, and counted.

import { closeSync, fstatSync, statfsSync } from 'node:fs';
import type { FoundBpftrace } from '../bpftrace/find.ts';
import { runOnce } from '../bpftrace/run-once.ts';
import { OperatorError } from '../model/errors.ts';
import type { CacheState } from '../model/page-state.ts';
import type { Mapping } from '../model/target.ts';
import { PAGE_BYTES, type Pid } from '../model/units.ts';
import { dialectFor } from '../program/dialects.ts';
import { type AskedPages, type CacheRun, pageCacheProgram, parsePageCache } from '../program/pages/page-cache.ts';
import type { Run } from '../residency/segments.ts';
import { openMappedFile } from '../target/open-mapped-file.ts';
import { ProcessHandle } from '../target/process-handle.ts';

/** Descriptors held at a time, and statements of one program; a JVM maps some 60 files. */
const FILES_PER_PROGRAM = 200;
/** A program looks at 160 to 200 MB of cached pages a second; of what has not answered by then nothing is known. */
const TIMEOUT_MS = 60_000;
/** Of all programs together. */
const MOST_MS = 180_000;
/** linux/magic.h. */
const OVERLAYFS = 0x794c7630;
const TMPFS = 0x01021994;
const HUGETLBFS = 0x958458f6;

export interface CachedPages {
  /** In ascending order. */
  readonly runs: readonly Run<CacheState>[];
  /** Mappings whose files could not be opened. */
  readonly unopened: number;
  /** Mappings whose files were asked and did not answer whole. */
  readonly unanswered: number;
}

/** One file with the mappings of it, and the pages of it that they hold. */
interface AskedFile {
  readonly mappings: readonly Mapping[];
  readonly pages: AskedPages;
  /** Shared memory, memfds and tmpfs: what is not in memory is in swap, or was never touched. */
  readonly isMemory: boolean;
}

/** `mappings`: of files and shared memory. Never throws for what it cannot know. `stop`: asks no further. */
export async function askPageCache(
  bpftrace: FoundBpftrace,
  pid: Pid,
  mappings: readonly Mapping[],
  stop: AbortSignal,
): Promise<CachedPages> {
  const untilMs = performance.now() + MOST_MS;
  const byFile = new Map<string, Mapping[]>();
  for (const mapping of mappings) byFile.set(mapping.fileId, [...(byFile.get(mapping.fileId) ?? []), mapping]);
  const files = [...byFile.values()];
  const runs: Run<CacheState>[] = [];
  let [unopened, unanswered] = [0, 0];
  const handle = new ProcessHandle(pid);
  try {
    for (let at = 0; at < files.length; at += FILES_PER_PROGRAM) {
      const batch = files.slice(at, at + FILES_PER_PROGRAM);
      if (stop.aborted || performance.now() > untilMs) {
        unanswered += batch.reduce((sum, { length }) => sum + length, 0);
        continue;
      }
      const found = await askFiles(bpftrace, handle, batch);
      runs.push(...found.runs);
      unopened += found.unopened;
      unanswered += found.unanswered;
    }
  } finally {
    handle.close();
  }
  return { runs: runs.sort((a, b) => a.start - b.start), unopened, unanswered };
}

async function askFiles(
  bpftrace: FoundBpftrace,
  handle: ProcessHandle,
  files: readonly (readonly Mapping[])[],
): Promise<CachedPages> {
  const asked: AskedFile[] = [];
  let unopened = 0;
  try {
    for (const mappings of files) {
      const [first] = mappings;
      const descriptor = first === undefined ? null : openMappedFile(handle, first);
      if (descriptor === null) unopened += mappings.filter(isOfFile).length;
      else addFile(asked, descriptor, mappings);
    }
    if (asked.length === 0) return { runs: [], unopened, unanswered: 0 };
    const answers = await answersOf(
      bpftrace,
      asked.map(({ pages }) => pages),
    );
    const runs = asked.flatMap((file, index) => addressed(file, answers[index] ?? null));
    const unanswered = asked.reduce(
      (sum, { mappings }, index) => sum + ((answers[index] ?? null) === null ? mappings.length : 0),
      0,
    );
    return { runs, unopened, unanswered };
  } finally {
    for (const { pages } of asked) closeSync(pages.descriptor);
  }
}

/** Devices and what else is no regular file have no pages of a file. */
function isOfFile({ path }: Mapping): boolean {
  return path.startsWith('/') && !path.startsWith('/dev/');
}

/** Files without pages within the mappings, and those whose pages are counted otherwise (hugetlbfs), are left out. */
function addFile(asked: AskedFile[], descriptor: number, mappings: readonly Mapping[]): void {
  let isKept = false;
  try {
    const filePages = Math.ceil(fstatSync(descriptor).size / PAGE_BYTES);
    const { type } = statfsSync(`/proc/self/fd/${String(descriptor)}`);
    const firstPage = Math.min(...mappings.map(pageOf));
    // Of what lies behind the file's end there is nothing.
    const endPage = Math.min(
      Math.max(...mappings.map((mapping) => pageOf(mapping) + (mapping.end - mapping.start) / PAGE_BYTES)),
      filePages,
    );
    if (type === HUGETLBFS || endPage <= firstPage) return;
    asked.push({ mappings, pages: { descriptor, firstPage, endPage, isLayered: type === OVERLAYFS }, isMemory: type === TMPFS });
    isKept = true;
  } catch {
    // Not to be asked: then nothing is known of it.
  } finally {
    if (!isKept) closeSync(descriptor);
  }
}

async function answersOf(
  bpftrace: FoundBpftrace,
  files: readonly AskedPages[],
): Promise<readonly (readonly CacheRun[] | null)[]> {
  const program = pageCacheProgram(files, dialectFor(bpftrace.version));
  try {
    return parsePageCache(await runOnce({ bpftracePath: bpftrace.path, program, timeoutMs: TIMEOUT_MS }), files);
  } catch (error) {
    // Too many pages, too many lines: all else is known without them.
    if (error instanceof OperatorError) return [];
    throw error;
  }
}

function pageOf(mapping: Mapping): number {
  return mapping.fileOffsetBytes / PAGE_BYTES;
}

function addressed({ mappings, isMemory }: AskedFile, runs: readonly CacheRun[] | null): readonly Run<CacheState>[] {
  if (runs === null) return [];
  return mappings.flatMap((mapping) => {
    const at = (page: number): number => mapping.start + (page - pageOf(mapping)) * PAGE_BYTES;
    return runs
      .map(({ firstPage, endPage, kind }) => ({
        start: Math.max(at(firstPage), mapping.start),
        end: Math.min(at(endPage), mapping.end),
        value: valueOf(kind, isMemory),
      }))
      .filter(({ start, end }) => start < end);
  });
}

function valueOf(kind: CacheRun['kind'], isMemory: boolean): CacheState {
  if (kind === 'cached') return 'cached';
  if (!isMemory) return 'not-cached';
  return kind === 'noted' ? 'swapped' : 'untouched';
}
