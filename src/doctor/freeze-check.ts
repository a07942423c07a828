// Before the first sample: may this kernel be sampled at all? Refuses where the freeze of kernels 5.19 to 6.2 (freeze-verdict.ts) is
// shown to be there, warns where that range's kernel cannot be told, says nothing otherwise. Other kernels pay nothing: no program
// is run and no symbol is read for them. Running bpftrace and reading kallsyms are handed in.

import { OperatorError } from '../model/errors.ts';
import type { BpftraceProgram } from '../model/program.ts';
import type { KernelSymbols } from '../model/target.ts';
import { judgeFreeze, mayFreeze } from './freeze-verdict.ts';
import type { FreezeVerdict } from './freeze-verdict.ts';
import { kernelCodeProgram, parseKernelCode } from './kernel-code-program.ts';

export interface FreezeCheckInputs {
  /** `uname -r`. */
  readonly kernelRelease: string;
  /** Runs a small program to its end and returns its lines of output; throws when bpftrace does. */
  readonly runProgram: (program: BpftraceProgram) => Promise<readonly string[]>;
  readonly readSymbols: () => KernelSymbols;
}

/** Looks at the running kernel's code, if its release gives reason to. Never throws: what went wrong is a reason not to know. */
export async function checkFreeze(inputs: FreezeCheckInputs): Promise<FreezeVerdict> {
  if (!mayFreeze(inputs.kernelRelease)) return { kind: 'not-affected' };
  try {
    const code = parseKernelCode(await inputs.runProgram(kernelCodeProgram()));
    if (code === null) return { kind: 'unknown', reason: 'the kernel’s code could not be read' };
    return judgeFreeze({
      copyFromUserNofault: code.copy_from_user_nofault,
      checkObjectSize: code.__check_object_size,
      symbols: inputs.readSymbols(),
    });
  } catch (error) {
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** What a verdict means for sampling: null is "go on", text is a warning to show first; a kernel that would freeze throws. */
export function warnOrRefuse(verdict: FreezeVerdict, kernelRelease: string): string | null {
  switch (verdict.kind) {
    case 'not-affected':
    case 'fixed':
      return null;
    case 'unknown':
      return (
        `kernel ${kernelRelease}: cannot tell whether it freezes when user stacks are sampled (kernels 5.19 to 6.2 without the fix of ` +
        `Debian bug 1033398 do): ${verdict.reason}`
      );
    case 'vulnerable':
      throw new OperatorError(
        'environment',
        `this kernel (${kernelRelease}) can freeze the machine when user stacks are sampled: it has the defect of copy_from_user_nofault()`,
        'update the kernel (Debian 12: 6.1.37 or newer; upstream commit d319f344561d) and reboot',
      );
    default:
      return verdict satisfies never;
  }
}
