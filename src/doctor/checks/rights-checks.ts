// Who jtrace is here: user, capabilities, namespaces, container, filters, locked memory.

import { missingToLoad } from '../../model/capabilities.ts';
import { type Check, countsInside, limited, mayLoad, missing, ok, unknown } from '../check.ts';

const INSIDE_ONLY = 'capabilities count within this user namespace only';
const INSIDE_MEANS = 'What they are outside of it is not known in here.';
const OUTSIDE = 'run jtrace on the host';
const DOCKER = 'docker run --pid=host --cap-add=BPF --cap-add=PERFMON --cap-add=SYS_PTRACE --cap-add=DAC_READ_SEARCH …';
/** Since then memory of BPF is counted to the control group, not to this limit (commit 5c5a584c4a7c). */
const LIMIT_UNTIL = 5011;
/** The buffers of eight processors at the default rate. */
const ENOUGH_LOCKED_BYTES = 64 * 1024 * 1024;

export const RIGHTS_CHECKS: readonly Check[] = [
  {
    name: 'load',
    group: 'rights',
    title: 'loading BPF',
    judge({ rights, ownCommand }) {
      if (countsInside(rights)) return unknown(INSIDE_ONLY, INSIDE_MEANS);
      const lacks = missingToLoad(rights.has);
      const who = rights.userId === 0 ? 'root' : `user ${String(rights.userId)}`;
      if (lacks.length === 0)
        return ok(rights.userId === 0 ? 'root, with the capabilities' : `${who} with CAP_BPF and CAP_PERFMON`);
      const means = 'Nothing can be sampled or probed; what needs no program is checked below.';
      if (rights.userId !== 0) return missing(`${who} lacks ${lacks.join(' and ')}`, means, ownCommand);
      return missing(`root lacks ${lacks.join(' and ')} (a container?)`, means, DOCKER);
    },
  },
  {
    name: 'memory',
    group: 'rights',
    title: "others' memory",
    judge({ rights, ownCommand }) {
      const { has, userId } = rights;
      if (countsInside(rights)) return unknown(INSIDE_ONLY, INSIDE_MEANS);
      const lacks = (['CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH'] as const).filter((name) => !has.has(name));
      if (lacks.length === 0) return ok('memory and files of every process may be read');
      const means = 'Only stacks of processes of the same user get names; of others Java frames cannot be resolved.';
      return limited(`${lacks.join(' and ')} missing`, means, userId === 0 ? DOCKER : ownCommand);
    },
  },
  {
    name: 'user-namespace',
    group: 'rights',
    title: 'user namespace',
    judge({ rights: { initialNamespaces } }) {
      if (initialNamespaces.user === true) return ok('no user namespace of its own');
      if (initialNamespaces.user === null)
        return unknown('it could not be read', 'Capabilities may count for less than they seem to.');
      const means = `Its root has no rights over the machine (rootless Docker or Podman, unshare -U): ${OUTSIDE}, as root.`;
      return missing('a user namespace of its own', means);
    },
  },
  {
    name: 'pid-namespace',
    group: 'rights',
    title: 'processes',
    judge({ rights: { initialNamespaces, seesHostProcesses } }) {
      const means =
        'BPF counts processes as the machine does: a process would be sampled under a number that nobody knows here. In Kubernetes: hostPID: true.';
      if (initialNamespaces.pid === false)
        return missing('a pid namespace of its own: the host’s processes are not seen', means, DOCKER);
      if (initialNamespaces.pid === null) return unknown('the pid namespace could not be read', means);
      if (seesHostProcesses) return ok("the host's processes are seen");
      return limited(
        '/proc does not show all of the machine',
        'Other users’ processes are hidden (mount option hidepid), or /proc is not mounted as the machine has it.',
        'mount -o remount,hidepid=0 /proc',
      );
    },
  },
  {
    name: 'container',
    group: 'rights',
    title: 'container',
    judge({ rights: { container, initialNamespaces } }) {
      const isInside = container !== '' && !/^(service|snap|flatpak) /.test(container);
      if (isInside) return ok(container === 'container' ? 'in a container' : `in a container (${container})`);
      if (initialNamespaces.mnt === false || initialNamespaces.cgroup === false)
        return ok(`mounts or control groups of its own${container === '' ? '' : ` (${container})`}`);
      return ok('not in a container');
    },
  },
  {
    name: 'seccomp',
    group: 'rights',
    title: 'system calls',
    judge({ rights, tried: { begin } }) {
      if (rights.seccomp === 0) return ok(rights.noNewPrivileges ? 'no filter; no_new_privs is set' : 'no seccomp filter');
      if (begin.kind === 'works') return ok('a seccomp filter lets bpf() through');
      if (!mayLoad(rights)) return ok('a seccomp filter is on');
      return limited(
        'a seccomp filter is on, and bpf() does not work',
        'The filter may be what refuses it.',
        'docker run --security-opt seccomp=unconfined …',
      );
    },
  },
  {
    name: 'locked-memory',
    group: 'rights',
    title: 'locked memory',
    judge({ rights: { lockedMemoryBytes, has }, kernel: { release } }) {
      const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? [];
      if (Number(major) * 1000 + Number(minor) >= LIMIT_UNTIL) return ok('not limited for BPF (kernel 5.11 or later)');
      if (lockedMemoryBytes === null)
        return unknown('the limit could not be read', 'Too low a limit keeps buffers small.', 'ulimit -l');
      // bpftrace raises its own.
      if (lockedMemoryBytes >= ENOUGH_LOCKED_BYTES || has.has('CAP_SYS_RESOURCE')) return ok('enough memory may be locked');
      const found = `at most ${String(Math.floor(lockedMemoryBytes / 1024))} KiB may be locked`;
      return limited(found, 'Maps and buffers of BPF are counted to it before 5.11.', 'ulimit -l unlimited');
    },
  },
];
