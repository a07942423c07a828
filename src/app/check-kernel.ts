// Whether this kernel may be asked to read user memory in a probe: some freeze (src/doctor/freeze-check.ts).

import { release } from 'node:os';
import type { FoundBpftrace } from '../bpftrace/find.ts';
import { runOnce } from '../bpftrace/run-once.ts';
import { checkFreeze, type FreezeCheckInputs, warnOrRefuse } from '../doctor/freeze-check.ts';
import type { Ui } from '../model/ui.ts';
import { hostArchitecture } from '../target/host-architecture.ts';
import { readKernelSymbols } from '../target/kallsyms.ts';

/** Reading two kernel functions: as long as bpftrace takes to start, on an emulated machine. */
const FREEZE_CHECK_TIMEOUT_MS = 60_000;

/** What the check of the freeze asks this machine. */
export function freezeInputs(bpftrace: Pick<FoundBpftrace, 'path'>): FreezeCheckInputs {
  return {
    kernelRelease: release(),
    architecture: hostArchitecture(),
    runProgram: (program) => runOnce({ bpftracePath: bpftrace.path, program, timeoutMs: FREEZE_CHECK_TIMEOUT_MS }),
    readSymbols: readKernelSymbols,
  };
}

/** Refuses kernels that sampling would freeze, unless that is accepted; warns where it cannot be told. */
export async function checkKernel(
  bpftrace: Pick<FoundBpftrace, 'path'>,
  ui: Pick<Ui, 'message'>,
  isFreezeAccepted: boolean,
  inputs: FreezeCheckInputs = freezeInputs(bpftrace),
): Promise<void> {
  const verdict = await checkFreeze(inputs);
  const warning = warnOrRefuse(verdict, inputs.kernelRelease, isFreezeAccepted);
  if (warning !== null) ui.message('warning', warning);
}
