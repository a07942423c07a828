// Page tables, checked: reads of BPF in the process's own context, of some pages of each state, for as long as it takes to be on a CPU.

import type { FoundBpftrace } from '../bpftrace/find.ts';
import { runOnce } from '../bpftrace/run-once.ts';
import type { FreezeCheckInputs } from '../doctor/freeze-check.ts';
import { OperatorError } from '../model/errors.ts';
import type { PageLook } from '../model/page-look.ts';
import type { ReadCheck } from '../model/residency.ts';
import type { Mapping } from '../model/target.ts';
import type { Ui } from '../model/ui.ts';
import { dialectFor } from '../program/dialects.ts';
import { MOST_READ_PAGES, pageReadsProgram, parsePageReads } from '../program/pages/page-reads.ts';
import { chosenPages } from '../residency/chosen-pages.ts';
import type { AddressSpace } from '../target/pages/address-space.ts';
import { checkKernel } from './check-kernel.ts';
import type { DirectMap } from './direct-map.ts';

/** How long reads wait for the process to be on a CPU. */
const READ_TIME_MS = 1000;
const TIMEOUT_MS = 180_000;

/** Not on a kernel that may freeze by such reads: page tables are read without any. */
export async function mayRead(
  bpftrace: Pick<FoundBpftrace, 'path'>,
  ui: Pick<Ui, 'message'>,
  isFreezeAccepted: boolean,
  inputs?: FreezeCheckInputs,
): Promise<boolean> {
  try {
    await checkKernel(bpftrace, ui, isFreezeAccepted, inputs);
    return true;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    ui.message('warning', `pages are not read to check the page tables: ${error.message}`);
    return false;
  }
}

/** null: bpftrace failed, and that is told; what was found without reads stays. */
export async function checkReads(
  bpftrace: FoundBpftrace,
  map: DirectMap,
  space: AddressSpace,
  look: PageLook,
  mappings: readonly Mapping[],
  ui: Pick<Ui, 'message'>,
): Promise<ReadCheck | null> {
  const addresses = chosenPages(look.runs, mappings, MOST_READ_PAGES);
  const values = { pid: space.pid, base: map.base, paging: map.paging, addresses, timeMs: READ_TIME_MS };
  const program = pageReadsProgram(values, dialectFor(bpftrace.version));
  try {
    return parsePageReads(await runOnce({ bpftracePath: bpftrace.path, program, timeoutMs: TIMEOUT_MS }));
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    ui.message('warning', `pages could not be read to check the page tables: ${error.message}`);
    return null;
  }
}
