// A failing read of user memory with what was found out about its process → the cause, and its example for people.

import type { FailedRead, ReadAgain, ReadExample } from '../model/efault-result.ts';
import type { CacheState, UnreadableCause } from '../model/page-state.ts';
import type { Mapping } from '../model/target.ts';
import { explainPage, type PageMapping } from './explain-page.ts';
import { isBacked } from './mapping-residency.ts';
import { decodeEntry } from './page-table-entry.ts';

/** Names of shared memory in /proc/PID/maps: it begins as zeros. */
const SHARED_MEMORY = /^\/(?:memfd:|SYSV|dev\/zero$|dev\/shm\/)/;

export interface ReadSurroundings {
  /** Of the program that it ran then; undefined: nobody can be asked any more. */
  readonly mappings: readonly Mapping[] | undefined;
  readonly wasGivenBack: boolean;
  /** How it was at the end of the call; null: nobody has looked again. */
  readonly again: ReadAgain | null;
  readonly isNumaBalancing: boolean;
}

export function explainRead(
  read: FailedRead,
  { mappings, wasGivenBack, again, isNumaBalancing }: ReadSurroundings,
): { readonly cause: UnreadableCause; readonly example: ReadExample } {
  const state = decodeEntry(read.entry).kind;
  // The kernel could read it, or BPF could a moment later: there was something, and not zeros.
  const hasContent = again?.found === 'bytes';
  const found = mappings === undefined ? undefined : (mappingAt(mappings, read.failingAddress) ?? null);
  // Where something was read there is a mapping, of which there is just no knowledge.
  const mapping = found === null && hasContent ? undefined : found;
  // A parent that runs another program by now, or has left its child to init, has other pages at the same addresses.
  const isSameProgram = read.parentStackStart === read.stackStart;
  const cause = explainPage({
    address: read.failingAddress,
    state,
    mapping: mapping === null ? null : mapping === undefined ? unseenMapping(hasContent) : pageMapping(mapping),
    isForkChild: read.isForkChild && isSameProgram,
    parentState: isSameProgram ? decodeEntry(read.parentEntry).kind : null,
    wasGivenBack,
    cache: cacheOf(again, mapping?.path ?? ''),
    isNumaBalancing,
  });
  const example = {
    pid: read.pid,
    comm: read.comm,
    address: read.addressText,
    state,
    mapping: mapping === null || mapping === undefined ? '' : mapping.path || '[anonymous]',
    permissions: mapping?.permissions ?? '',
  };
  return { cause, example };
}

/** Only what the kernel had to wait for was not in memory; an exec has read other pages, too. */
function cacheOf(again: ReadAgain | null, path: string): CacheState {
  if (again?.found === 'zeros' && SHARED_MEMORY.test(path)) return 'untouched';
  if (again?.where !== 'exit' || again.found === 'nothing') return 'unknown';
  return again.majorFaults === 0 ? 'cached' : 'not-cached';
}

/** Memory of its own without a page is zeros: where a text comes from nevertheless there is a file, or shared memory. */
function unseenMapping(hasContent: boolean): PageMapping | undefined {
  return hasContent ? { permissions: 'r---', isBacked: true } : undefined;
}

function pageMapping(mapping: Mapping): PageMapping {
  return { permissions: mapping.permissions, isBacked: isBacked({ mapping }) };
}

/** They ascend and do not overlap. */
function mappingAt(mappings: readonly Mapping[], address: number): Mapping | undefined {
  let [low, high] = [0, mappings.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((mappings[middle]?.end ?? Number.POSITIVE_INFINITY) <= address) low = middle + 1;
    else high = middle;
  }
  const found = mappings[low];
  return found !== undefined && found.start <= address ? found : undefined;
}
