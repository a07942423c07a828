// What this machine lets bpftrace do, by asking the kernel directly: bpftrace's own words for a lack differ by version and mislead
// (0.17 without CAP_PERFMON says that types are missing). Used to explain a failure, never to forbid a try.

import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { OperatorError } from '../model/errors.ts';

export interface MachineAnswers {
  /** CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON. */
  readonly mayLoad: boolean;
  readonly hasTypeInformation: boolean;
  readonly hasTracefs: boolean;
}

/** include/uapi/linux/capability.h */
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;
const TYPE_INFORMATION = '/sys/kernel/btf/vmlinux';
/** Where tracefs is mounted, and its place below debugfs before 4.1. */
const TRACEFS_EVENTS = ['/sys/kernel/tracing/events', '/sys/kernel/debug/tracing/events'];

export function askMachine(): MachineAnswers {
  const capabilities = effectiveCapabilities();
  const has = (bit: bigint): boolean => ((capabilities >> bit) & 1n) === 1n;
  return {
    mayLoad: has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON)),
    hasTypeInformation: existsSync(TYPE_INFORMATION),
    hasTracefs: TRACEFS_EVENTS.some((path) => existsSync(path)),
  };
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
    'run it on the host, or in a container that shares its processes (docker run --pid=host)',
  );
}

function effectiveCapabilities(): bigint {
  try {
    const match = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return BigInt(`0x${match?.[1] ?? '0'}`);
  } catch {
    return 0n;
  }
}
