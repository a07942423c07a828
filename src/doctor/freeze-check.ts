// Before the first sample: may this kernel be sampled at all? Refuses where the freeze of kernels 5.19 to 6.2 (freeze-verdict.ts) is
// shown to be there, warns where that range's kernel cannot be told, says nothing otherwise. Other kernels pay nothing: no program
// is run and no symbol is read for them. Running bpftrace and reading kallsyms are handed in.

import type { ArchitectureName } from '../model/architecture.ts';
import { OperatorError } from '../model/errors.ts';
import type { BpftraceProgram } from '../model/program.ts';
import type { KernelSymbols } from '../model/target.ts';
import { type FreezeEvidence, gatherEvidence } from './freeze-evidence.ts';
import { type FreezeVerdict, judgeFreeze, mayFreeze } from './freeze-verdict.ts';
import { kernelCodeProgram, parseKernelCode } from './kernel-code-program.ts';

export interface FreezeCheckInputs {
  /** `uname -r`. */
  readonly kernelRelease: string;
  readonly architecture: ArchitectureName;
  /** Runs a small program to its end and returns its lines of output; throws when bpftrace does. */
  readonly runProgram: (program: BpftraceProgram) => Promise<readonly string[]>;
  readonly readSymbols: () => KernelSymbols;
}

/** A verdict, and what it rests on. */
export interface FreezeFinding {
  readonly verdict: FreezeVerdict;
  /** null: nothing was looked at, or nothing could be seen; `notSeen` says why. */
  readonly evidence: FreezeEvidence | null;
  readonly notSeen: string | null;
}

/** Looks at the running kernel's code, if its release gives reason to. Never throws: what went wrong is a reason not to know. */
export async function checkFreeze(inputs: FreezeCheckInputs): Promise<FreezeVerdict> {
  return mayFreeze(inputs.kernelRelease) ? (await examineFreeze(inputs)).verdict : { kind: 'not-affected' };
}

/** The same for a kernel of any release: what its code shows is evidence, also where the verdict needs none. Never throws. */
export async function examineFreeze(inputs: FreezeCheckInputs): Promise<FreezeFinding> {
  const isSuspect = mayFreeze(inputs.kernelRelease);
  const blind = (reason: string): FreezeFinding => ({
    verdict: isSuspect ? { kind: 'unknown', reason } : { kind: 'not-affected' },
    evidence: null,
    notSeen: reason,
  });
  // What holds the lock and what waits for it are the same everywhere: another processor is no reason to think that all is well.
  if (inputs.architecture !== 'x86-64') return blind('the check reads x86-64 code only');
  try {
    const code = parseKernelCode(await inputs.runProgram(kernelCodeProgram()));
    if (code === null) return blind('the kernel’s code could not be read');
    const evidence = gatherEvidence({
      copyFromUserNofault: code.copy_from_user_nofault,
      checkObjectSize: code.__check_object_size,
      symbols: inputs.readSymbols(),
    });
    return { verdict: isSuspect ? judgeFreeze(evidence) : { kind: 'not-affected' }, evidence, notSeen: null };
  } catch (error) {
    return blind(error instanceof Error ? error.message : String(error));
  }
}

/** The flag of those who know better, or who may lose the machine. */
export const ACCEPT_FREEZE_RISK = '--accept-freeze-risk';

/**
 * What a verdict means for sampling: null is "go on", text is a warning to show first; a kernel that would freeze throws, unless the operator
 * has accepted that.
 */
export function warnOrRefuse(verdict: FreezeVerdict, kernelRelease: string, isAccepted = false): string | null {
  switch (verdict.kind) {
    case 'not-affected':
    case 'fixed':
      return null;
    case 'unknown':
      return (
        `kernel ${kernelRelease}: cannot tell whether it freezes when user stacks are sampled (kernels 5.19 to 6.2 without the fix of ` +
        `Debian bug 1033398 do): ${verdict.reason}`
      );
    case 'vulnerable': {
      const message = `this kernel (${kernelRelease}) can freeze the machine when user stacks are sampled: it has the defect of copy_from_user_nofault()`;
      if (isAccepted) return `${message}; sampled all the same: ${ACCEPT_FREEZE_RISK}`;
      throw new OperatorError('environment', message, FREEZE_REMEDY);
    }
    default:
      return verdict satisfies never;
  }
}

/** What ends it. */
export const FREEZE_UPDATE = 'update the kernel (Debian 12: 6.1.37 or newer; upstream commit d319f344561d) and reboot';
const FREEZE_REMEDY = `${FREEZE_UPDATE}; jtrace doctor --evidence shows why; ${ACCEPT_FREEZE_RISK} samples all the same`;
