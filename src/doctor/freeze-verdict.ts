// What was seen of the code of two kernel functions → whether reading user memory from a perf event can freeze this kernel (Debian bug 1033398).
// The defect: copy_from_user_nofault() reaches __check_object_size(), which since 5.19 takes vmap_area_lock in find_vmap_area(); a
// perf event that hit a holder of that lock waits for ever. Fixed by commit d319f344561d in two places, either of which shows in
// the code: maccess.c calls nmi_uaccess_okay() first, usercopy.c looks at current->pagefault_disabled before find_vmap_area().
// "Vulnerable" is said only where the whole chain of the defect and the absence of both fixes are seen; all else is unknown.

import type { FreezeEvidence } from './freeze-evidence.ts';
import type { KernelFunction } from './kernel-function.ts';

export type FreezeVerdict =
  /** Outside of the releases that had the defect; nothing was looked at. */
  | { readonly kind: 'not-affected' }
  /** The fix is in the code; `by`: what shows it. */
  | { readonly kind: 'fixed'; readonly by: 'nmi_uaccess_okay' | 'pagefault_disabled' }
  | { readonly kind: 'vulnerable' }
  /** In the range, and the code does not tell; `reason` says what was missing. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** First and last release (major, minor) with the defect as published; stable updates within it are fixed. */
const FIRST_AFFECTED = [5, 19] as const;
const LAST_AFFECTED = [6, 2] as const;

/** Whether `uname -r` names a release in which the defect can be. Debian's third number says nothing (6.1.0-56 is 6.1.192). */
export function mayFreeze(kernelRelease: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(kernelRelease) ?? [];
  if (major === undefined || minor === undefined) return true; // a name that tells nothing: look
  const version = Number(major) * 1000 + Number(minor);
  const [first, last] = [FIRST_AFFECTED, LAST_AFFECTED].map(([a, b]) => a * 1000 + b);
  return first !== undefined && last !== undefined && version >= first && version <= last;
}

/** Judges the code of a kernel for which {@link mayFreeze}. */
export function judgeFreeze(seen: FreezeEvidence): FreezeVerdict {
  // An instruction that is there is there, wherever the rest ends.
  if (seen.callsNmiUaccessOkay !== null) return { kind: 'fixed', by: 'nmi_uaccess_okay' };
  const reason = whyNot('copy_from_user_nofault', seen.copyExtent) ?? whyNot('__check_object_size', seen.checkExtent);
  if (reason !== null) return { kind: 'unknown', reason };
  if (seen.callsCheckObjectSize === null)
    return { kind: 'unknown', reason: 'copy_from_user_nofault() does not call __check_object_size() directly' };
  if (seen.callsFindVmapArea === null)
    return { kind: 'unknown', reason: '__check_object_size() does not call find_vmap_area() directly' };
  if (seen.countsPagefaultDisabled.length === 0)
    return { kind: 'unknown', reason: 'copy_from_user_nofault() does not count up pagefault_disabled as expected' };
  if (seen.readsPagefaultDisabled !== null) return { kind: 'fixed', by: 'pagefault_disabled' };
  return { kind: 'vulnerable' };
}

/** null: all of it is known. */
function whyNot(name: string, extent: KernelFunction['extent']): string | null {
  const reasons = {
    whole: null,
    cut: `${name}() is longer than what was read of it`,
    undecoded: `${name}() has an instruction that jtrace does not know`,
    unreadable: `the code of ${name}() or its symbols could not be read`,
  } as const satisfies Record<KernelFunction['extent'], string | null>;
  return reasons[extent];
}
