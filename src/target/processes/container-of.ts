// A process → the container or service it runs in, as one short label for lists, recordings and the first level of stacks. From its
// cgroups, else from its mounts, else from its namespaces. Any process; nothing of it is opened but files of /proc.

import type { Pid } from '../../model/units.ts';
import { cgroupName, lastCgroupPart } from './cgroup-names.ts';
import { containerInMounts } from './mount-names.ts';
import { readProc, readProcLink } from './read-proc.ts';

/** One line per hierarchy (14 with cgroup v1), each a path. */
const MAX_CGROUP_BYTES = 64 * 1024;
/** A container has some 30 mounts, a Kubernetes node thousands; those of the engine itself stand in front of volumes. */
const MAX_MOUNTS_BYTES = 256 * 1024;

/**
 * `docker 1f2e3d4c5b6a`, `k8s 8f3c2a1b/1f2e3d4c5b6a` (pod and container), `podman …`, `lxc NAME`, `nspawn NAME` …, `container NAME` or
 * `container` (another pid namespace, nothing more known), `service NAME` (no container: a unit of systemd), or ''.
 */
export function containerOf(pid: Pid): string {
  const text = cgroupText(pid);
  const named = cgroupName(text);
  if (named?.kind === 'container') return named.text;
  const mounted = sharesNamespace(pid, 'mnt') ? '' : containerInMounts(mountsText(pid));
  if (mounted !== '') return mounted;
  if (named !== null) return named.text;
  if (sharesNamespace(pid, 'pid')) return '';
  const own = cgroupText('self');
  return text === own ? 'container' : `container ${lastCgroupPart(text)}`.trimEnd();
}

const cgroupText = (pid: Pid | 'self'): string => readProc(`/proc/${pid}/cgroup`, MAX_CGROUP_BYTES)?.toString('utf8') ?? '';
const mountsText = (pid: Pid): string => readProc(`/proc/${pid}/mountinfo`, MAX_MOUNTS_BYTES)?.toString('utf8') ?? '';

/** True also when that cannot be told. */
function sharesNamespace(pid: Pid, kind: 'mnt' | 'pid'): boolean {
  const theirs = readProcLink(`/proc/${pid}/ns/${kind}`);
  return theirs === null || theirs === readProcLink(`/proc/self/ns/${kind}`);
}
