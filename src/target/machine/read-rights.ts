// What jtrace itself may do on this machine, and where it stands: /proc/self, its namespaces, and whether /proc is the machine's.

import { effectiveCapabilities } from '../../model/capabilities.ts';
import type { NamespaceKind, RightsFacts } from '../../model/machine-facts.ts';
import { asPid } from '../../model/units.ts';
import { containerOf } from '../processes/container-of.ts';
import { MAX_STATUS_BYTES } from '../processes/namespace-ids.ts';
import { readProcLink } from '../processes/read-proc.ts';
import { readText, whereIs } from './read-file.ts';

const MAX_LIMITS_BYTES = 8192;
/** include/linux/proc_ns.h: the same in every kernel. Mounts have no such number: they are compared with the first process's. */
const INITIAL = { user: 'user:[4026531837]', pid: 'pid:[4026531836]', cgroup: 'cgroup:[4026531835]' } as const;
/** What engines put into a container's root. */
const CONTAINER_MARKS = ['/.dockerenv', '/run/.containerenv'];

export function readRights(): RightsFacts {
  const status = readText('/proc/self/status', MAX_STATUS_BYTES) ?? '';
  const number = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(status)?.[1] ?? 0);
  const isPidInitial = isInitial('pid');
  return {
    userId: process.geteuid?.() ?? 0,
    has: effectiveCapabilities(status),
    seccomp: number('Seccomp'),
    noNewPrivileges: number('NoNewPrivs') === 1,
    initialNamespaces: {
      user: isInitial('user'),
      pid: isPidInitial,
      cgroup: isInitial('cgroup'),
      mnt: isMountInitial(isPidInitial),
    },
    container: ownContainer(),
    // The kernel's second process starts its threads; a /proc that hides others, or of another namespace, does not have it.
    seesHostProcesses: readText('/proc/2/comm', 64)?.trim() === 'kthreadd',
    lockedMemoryBytes: parseLockedMemory(readText('/proc/self/limits', MAX_LIMITS_BYTES) ?? ''),
  };
}

function isInitial(kind: Exclude<NamespaceKind, 'mnt'>): boolean | null {
  const link = readProcLink(`/proc/self/ns/${kind}`);
  return link === null ? null : link === INITIAL[kind];
}

function isMountInitial(isPidInitial: boolean | null): boolean | null {
  const [own, first] = ['self', '1'].map((pid) => readProcLink(`/proc/${pid}/ns/mnt`));
  return isPidInitial !== true || own === null || first === null ? null : own === first;
}

function ownContainer(): string {
  const label = containerOf(asPid(process.pid));
  if (label !== '' || !CONTAINER_MARKS.some((path) => whereIs(path) === 'there')) return label;
  return 'container';
}

/** `Max locked memory   8388608   8388608   bytes`: the first is the soft limit. */
export function parseLockedMemory(limits: string): number | null {
  const value = /^Max locked memory\s+(\S+)/m.exec(limits)?.[1];
  return value === undefined ? null : value === 'unlimited' ? Infinity : Number(value);
}
