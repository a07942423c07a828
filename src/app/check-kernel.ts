// Whether this kernel may be asked to read user memory in a probe: some freeze (src/doctor/freeze-check.ts).

import { release } from 'node:os';
import type { FoundBpftrace } from '../bpftrace/find.ts';
import { runOnce } from '../bpftrace/run-once.ts';
import { checkFreeze, warnOrRefuse } from '../doctor/freeze-check.ts';
import type { Ui } from '../model/ui.ts';
import { readKernelSymbols } from '../target/kallsyms.ts';

/** Reading two kernel functions: as long as bpftrace takes to start, on an emulated machine. */
const FREEZE_CHECK_TIMEOUT_MS = 60_000;

/** Refuses kernels that sampling would freeze, warns where that cannot be told. */
export async function checkKernel(bpftrace: FoundBpftrace, ui: Pick<Ui, 'message'>): Promise<void> {
  const verdict = await checkFreeze({
    kernelRelease: release(),
    runProgram: (program) => runOnce({ bpftracePath: bpftrace.path, program, timeoutMs: FREEZE_CHECK_TIMEOUT_MS }),
    readSymbols: readKernelSymbols,
  });
  const warning = warnOrRefuse(verdict, release());
  if (warning !== null) ui.message('warning', warning);
}
