// One look at the page tables of a process: started, waited for, whole, or an error that says why not.

import type { FoundBpftrace } from '../bpftrace/find.ts';
import { runPageLooks } from '../bpftrace/pages/run-page-looks.ts';
import { OperatorError } from '../model/errors.ts';
import type { PageLook } from '../model/page-look.ts';
import type { PageRun } from '../model/page-state.ts';
import type { BpftraceProgram } from '../model/program.ts';
import { dialectFor } from '../program/dialects.ts';
import { pageTablesProgram } from '../program/pages/page-tables.ts';
import { decodeEntry } from '../residency/page-table-entry.ts';
import { type AddressSpace, openAddressSpace } from '../target/pages/address-space.ts';
import type { DirectMap } from './direct-map.ts';

/** Lines are lost where nothing else runs; once more is enough. */
const MOST_LOOKS = 3;

export interface LookedRange {
  readonly start: number;
  readonly end: number;
}

export function lookProgram(
  bpftrace: Pick<FoundBpftrace, 'version'>,
  { base, paging }: DirectMap,
  space: Pick<AddressSpace, 'pid' | 'descriptor'>,
  range: LookedRange,
  intervalMs: number | null,
): BpftraceProgram {
  const values = { pid: space.pid, memoryDescriptor: space.descriptor, base, paging, ...range, intervalMs };
  return pageTablesProgram(values, dialectFor(bpftrace.version));
}

/** Throws an OperatorError: the process has ended, lines were lost again and again, bpftrace failed. `stop`: gives up the wait. */
export async function lookOnce(
  bpftrace: FoundBpftrace,
  map: DirectMap,
  space: AddressSpace,
  range: LookedRange,
  stop: AbortSignal,
): Promise<PageLook> {
  for (let attempt = 0; attempt < MOST_LOOKS; attempt++) {
    const seen: { look: PageLook | null; failure: OperatorError | null; isGone: boolean } = {
      look: null,
      failure: null,
      isGone: false,
    };
    const looks = await runPageLooks({
      bpftracePath: bpftrace.path,
      program: lookProgram(bpftrace, map, space, range, null),
      range,
      decode: decodeEntry,
      onEvent: (event) => {
        if (event.kind === 'look') seen.look = event.look;
        else if (event.kind === 'failed') seen.failure = event.error;
        else if (event.kind === 'gone') seen.isGone = true;
      },
    });
    const onStop = (): void => {
      looks.stop();
    };
    stop.addEventListener('abort', onStop, { once: true });
    await looks.finished;
    stop.removeEventListener('abort', onStop);
    if (seen.look !== null) return seen.look;
    if (seen.failure !== null) throw seen.failure;
    if (seen.isGone) throw goneError(space.pid);
    if (stop.aborted)
      throw new OperatorError('incomplete', 'stopped before the look had ended', 'a process of 10 GB takes some 10 s');
  }
  throw new OperatorError('incomplete', 'what bpftrace printed did not arrive whole, three times', 'is the machine overloaded?');
}

/** What a fork child has not got its parent may have. null: the parent has ended, or is not for us. */
export async function lookAtParent(
  bpftrace: FoundBpftrace,
  map: DirectMap,
  child: AddressSpace,
  range: LookedRange,
  stop: AbortSignal,
): Promise<readonly PageRun[] | null> {
  let parent: AddressSpace;
  try {
    parent = openAddressSpace(child.parent);
  } catch (error) {
    if (error instanceof OperatorError) return null;
    throw error;
  }
  try {
    return (await lookOnce(bpftrace, map, parent, range, stop)).runs;
  } catch (error) {
    // It has ended meanwhile.
    if (error instanceof OperatorError && error.kind === 'usage') return null;
    throw error;
  } finally {
    parent.close();
  }
}

export function goneError(pid: number): OperatorError {
  return new OperatorError('usage', `process ${String(pid)} has ended, or runs another program now`, 'ps -e lists what runs');
}
