// What this machine lets bpftrace do, by asking the kernel directly: bpftrace's own words for a lack differ by version and mislead
// (0.17 without CAP_PERFMON says that types are missing). Used to explain a failure, never to forbid a try.

import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { effectiveCapabilities, missingToLoad } from '../model/capabilities.ts';
import { OperatorError } from '../model/errors.ts';
import { KERNEL_PROBES, TRACEFS_EVENTS, TYPE_INFORMATION } from '../model/kernel-files.ts';

export interface MachineAnswers {
  /** CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON. */
  readonly mayLoad: boolean;
  readonly hasSysAdmin: boolean;
  readonly hasTypeInformation: boolean;
  readonly hasTracefs: boolean;
}

export function askMachine(): MachineAnswers {
  const has = effectiveCapabilities(ownStatus());
  return {
    mayLoad: missingToLoad(has).length === 0,
    hasSysAdmin: has.has('CAP_SYS_ADMIN'),
    hasTypeInformation: isThere(TYPE_INFORMATION),
    hasTracefs: TRACEFS_EVENTS.some(isThere),
  };
}

/** Whether this kernel has kprobe and kretprobe (CONFIG_KPROBES). */
export function hasKernelProbes(): boolean {
  return KERNEL_PROBES.some(isThere);
}

/** PROC_PID_INIT_INO, include/linux/proc_ns.h: the same in every kernel. */
const INITIAL_PID_NAMESPACE = 'pid:[4026531836]';

/**
 * Throws an OperatorError in a pid namespace of its own: the tracepoints count pids as the machine does, `pid` of 0.17 too, so that
 * nothing would be sampled, silently.
 */
export function requireInitialPidNamespace(): void {
  if (readlinkSync('/proc/self/ns/pid') === INITIAL_PID_NAMESPACE) return;
  throw new OperatorError(
    'environment',
    'jtrace runs in a pid namespace of its own, and BPF counts processes as the whole machine does',
    'run it on the host, or in a container that shares its processes: docker run --pid=host, hostPID: true in Kubernetes',
  );
}

/** Not existsSync: access(2) asks for the real user, who has none of the capabilities that this process may have. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function ownStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
