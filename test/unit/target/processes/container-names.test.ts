// Texts of /proc/PID/cgroup and mountinfo as engines, service managers and hostile users write them → labels.

import { expect, test } from 'vitest';
import { isContainerLabel } from '../../../../src/model/process.ts';
import { cgroupName, lastCgroupPart } from '../../../../src/target/processes/cgroup-names.ts';
import { containerInMounts } from '../../../../src/target/processes/mount-names.ts';

const ID = '1f2e3d4c5b6a'.padEnd(64, '0');
const OUTER = 'ffffffffffff'.padEnd(64, 'f');
const UID = '8f3c2a1b-1c2d-4e5f-8a9b-0c1d2e3f4a5b';
const UID_ = UID.replaceAll('-', '_');
const HASH = '0123456789abcdef0123456789abcdef';

test.each([
  // Docker: systemd and cgroupfs, v2 and v1, rootless, inside a container of its own, BuildKit
  [`0::/system.slice/docker-${ID}.scope`, 'docker 1f2e3d4c5b6a'],
  [`0::/docker/${ID}`, 'docker 1f2e3d4c5b6a'],
  [`12:cpu,cpuacct:/docker/${ID}\n1:name=systemd:/docker/${ID}\n0::/`, 'docker 1f2e3d4c5b6a'],
  [`0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`, 'docker 1f2e3d4c5b6a'],
  [`0::/docker/${OUTER}/docker/${ID}`, 'docker 1f2e3d4c5b6a'],
  [`0::/system.slice/docker-${ID}.scope/system.slice/nginx.service`, 'docker 1f2e3d4c5b6a'],
  [`0::/system.slice/docker-${ID}.scope (deleted)`, 'docker 1f2e3d4c5b6a'],
  ['0::/docker/buildkit/k3v9x0q2m4n6p8r1t5w7y9z2b', 'docker k3v9x0q2m4n6'],
  [`0::/custom-parent/${ID}`, 'container 1f2e3d4c5b6a'],
  // Seen from a container with a cgroup namespace of its own
  [`0::/../docker-${ID}.scope`, 'docker 1f2e3d4c5b6a'],
  // Kubernetes: containerd, CRI-O and dockershim, three classes of service, v1 and v2, static pods, kind
  [
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID_}.slice/cri-containerd-${ID}.scope`,
    'k8s 8f3c2a1b/1f2e3d4c5b6a',
  ],
  [`0::/kubepods.slice/kubepods-pod${UID_}.slice/crio-${ID}.scope`, 'k8s 8f3c2a1b/1f2e3d4c5b6a'],
  [`0::/kubepods.slice/kubepods-pod${UID_}.slice/crio-${ID}.scope/container`, 'k8s 8f3c2a1b/1f2e3d4c5b6a'],
  [
    `11:memory:/kubepods/besteffort/pod${UID}/${ID}\n1:name=systemd:/kubepods/besteffort/pod${UID}/${ID}`,
    'k8s 8f3c2a1b/1f2e3d4c5b6a',
  ],
  [`0::/kubepods/pod${UID}/${ID}`, 'k8s 8f3c2a1b/1f2e3d4c5b6a'],
  [`0::/kubepods/burstable/pod${HASH}/${ID}`, 'k8s 01234567/1f2e3d4c5b6a'],
  [
    `5:cpu:/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID_}.slice/docker-${ID}.scope`,
    'k8s 8f3c2a1b/1f2e3d4c5b6a',
  ],
  [
    `5:cpu:/system.slice/containerd.service/kubepods-besteffort-pod${UID_}.slice:cri-containerd:${ID}`,
    'k8s 8f3c2a1b/1f2e3d4c5b6a',
  ],
  [
    `0::/docker/${OUTER}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod${UID_}.slice/cri-containerd-${ID}.scope`,
    'k8s 8f3c2a1b/1f2e3d4c5b6a',
  ],
  [`0::/../../kubepods-burstable-pod${UID_}.slice/cri-containerd-${ID}.scope`, 'k8s 8f3c2a1b/1f2e3d4c5b6a'],
  // podman, root and rootless, pods, split cgroups
  [`0::/machine.slice/libpod-${ID}.scope/container`, 'podman 1f2e3d4c5b6a'],
  [`0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope`, 'podman 1f2e3d4c5b6a'],
  [`0::/machine.slice/machine-libpod_pod_${OUTER}.slice/libpod-${ID}.scope`, 'podman 1f2e3d4c5b6a'],
  [`0::/system.slice/web.service/libpod-payload-${ID}`, 'podman 1f2e3d4c5b6a'],
  [`0::/libpod_parent/libpod-${ID}`, 'podman 1f2e3d4c5b6a'],
  // others
  [`0::/system.slice/nerdctl-${ID}.scope`, 'containerd 1f2e3d4c5b6a'],
  [`9:perf_event:/ecs/${HASH}/${ID}`, 'ecs 1f2e3d4c5b6a'],
  [`9:perf_event:/ecs/${HASH}/${HASH}-3915216148`, `ecs ${HASH}-3915216148`],
  ['0::/lxc.payload.web/system.slice/nginx.service', 'lxc web'],
  ['6:devices:/lxc/101/ns', 'lxc 101'],
  ['0::/lxc.payload/web', 'lxc web'],
  ['0::/machine.slice/machine-lxc\\x2d2270\\x2dold\\x2dweb.scope', 'lxc old-web'],
  ['0::/machine.slice/systemd-nspawn@deb12.service/payload/system.slice/cron.service', 'nspawn deb12'],
  ['0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope', 'machine qemu-1-vm'],
  ['0::/system.slice/runc-box.scope', 'runc box'],
  ['0::/system.slice/crun-box.scope', 'crun box'],
  ['4:cpu:/hadoop-yarn/container_e17_1410901177871_0001_01_000005', 'yarn container_e17_1410901177871_0001_01_000005'],
  [`0::/nomad.slice/share.slice/${UID}.web.scope`, 'nomad 8f3c2a1b/web'],
  [`4:cpu:/mesos/${UID}`, `mesos ${UID}`],
  ['4:memory:/slurm/uid_1000/job_77/step_0', 'slurm 77'],
  ['0::/system.slice/slurmstepd.scope/job_77/step_0/user/task_0', 'slurm 77'],
])('%s: %s', (text, label) => {
  expect(cgroupName(`${text}\n`)).toEqual({ kind: 'container', text: label });
  expect(isContainerLabel(label)).toBe(true);
});

test.each([
  ['0::/system.slice/tomcat9.service', 'service tomcat9'],
  ['0::/system.slice/system-postgresql.slice/postgresql@15-main.service', 'service postgresql@15-main'],
  ['0::/system.slice/foo\\x2dbar.service', 'service foo-bar'],
  ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/gradle.service', 'service gradle'],
  ['5:memory:/other.service\n1:name=systemd:/system.slice/ssh.service', 'service ssh'],
  ['0::/system.slice/snap.lxd.daemon.service', 'snap lxd.daemon'],
  [`0::/user.slice/user-1000.slice/user@1000.service/app.slice/snap.firefox.firefox-${UID}.scope`, 'snap firefox.firefox'],
  ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-flatpak-org.acme.App-123.scope', 'flatpak org.acme.App'],
])('%s: %s, no container', (text, label) => {
  expect(cgroupName(`${text}\n`)).toEqual({ kind: 'unit', text: label });
  expect(isContainerLabel(label)).toBe(false);
});

test.each([
  '',
  '0::/',
  '0::/user.slice/user-1000.slice/session-1.scope',
  '0::/user.slice/user-1000.slice/user@1000.service/init.scope',
  '0::/init.scope',
  `0::/machine.slice/libpod-conmon-${ID}.scope`, // the engine's own
  '0::/lxc.monitor.web',
  `0::/docker/${ID.slice(1)}`, // no id
  `0::/x${ID}`,
  '5:memory:/some.service', // not the service manager's hierarchy
  'nonsense',
])('%s: neither', (text) => {
  expect(cgroupName(`${text}\n`)).toBeNull();
});

test('hostile names cannot reach out of a label', () => {
  const text = cgroupName('0::/lxc/\u001b]0;x\u0007 a;b<script>\u202e\\x1b\\x3b\n')?.text ?? '';
  expect(text).toMatch(/^lxc [\w.@:+?-]+$/);
  expect(cgroupName(`0::/lxc/${'n'.repeat(4000)}`)?.text).toHaveLength('lxc '.length + 64);
  // A path as long as the kernel allows, of parts that begin as ids do.
  expect(cgroupName(`0::${'/kubepods-pod-pod-pod'.repeat(195)}`)).toBeNull();
  expect(cgroupName(`0::/${'uid_1/'.repeat(680)}`)).toBeNull();
});

test('the name of a cgroup that no engine claims', () => {
  expect(lastCgroupPart('4:memory:/\n0::/default/redis\n')).toBe('redis');
  expect(lastCgroupPart('0::/..\n')).toBe('');
  expect(lastCgroupPart('0::/a;b\n')).toBe('a?b');
});

test.each([
  [
    `812 790 254:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw`,
    'docker 1f2e3d4c5b6a',
  ],
  // /var is a file system of its own
  [`812 790 254:1 /lib/docker/containers/${ID}/hosts /etc/hosts rw,relatime - ext4 /dev/vda1 rw`, 'docker 1f2e3d4c5b6a'],
  [
    `812 790 0:22 /containers/storage/overlay-containers/${ID}/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw`,
    'podman 1f2e3d4c5b6a',
  ],
  [
    `1 2 0:5 /a /etc/hostname rw - x x rw\n812 790 254:1 /var/lib/kubelet/pods/${UID}/etc-hosts /etc/hosts rw - ext4 /dev/vda1 rw`,
    'k8s 8f3c2a1b',
  ],
  [
    `812 790 0:22 /containerd/io.containerd.grpc.v1.cri/sandboxes/${ID}/hostname /etc/hostname rw - tmpfs tmpfs rw`,
    'containerd 1f2e3d4c5b6a',
  ],
  // the host itself, which has the mounts of all its containers
  [`812 790 0:51 / /var/lib/docker/containers/${ID}/mounts/shm rw - tmpfs shm rw`, ''],
  ['812 790 254:1 / / rw - ext4 /dev/vda1 rw', ''],
  ['', ''],
  ['/etc/hosts', ''],
])('mounts: %s: %s', (text, label) => {
  expect(containerInMounts(`${text}\n`)).toBe(label);
});
