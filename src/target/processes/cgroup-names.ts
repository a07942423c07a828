// The text of /proc/PID/cgroup → what runs there, as people call it: a container (`docker 1f2e3d4c5b6a`, `k8s POD/CONTAINER`, `lxc web`) or
// a unit of the service manager (`service tomcat9`). One row per engine and way of naming; cgroup v1 and v2, the drivers of systemd
// and of cgroupfs. Pure. The innermost container counts (Kubernetes inside Docker is Kubernetes), a service inside a container does not.
// Sources: cgroups(7), systemd.unit(5); moby daemon/oci_linux.go; kubelet cm/cgroup_manager_linux.go; podman libpod/oci_conmon_linux.go;
// lxc src/lxc/cgroups/cgfsng.c; crun src/libcrun/cgroup-systemd.c; machined's and nspawn's manuals.

/** What a cgroup is called. `text` holds no character that a terminal, a folded line or a page would need escaped. */
export interface CgroupName {
  readonly kind: 'container' | 'unit';
  readonly text: string;
}

interface Row {
  readonly engine: string;
  /** `id` (or `name`), and `pod` where there are pods. It begins and ends at the edges of a path's component. */
  readonly pattern: RegExp;
}

/** Ids are shown as short as docker ps and crictl ps show them. */
const SHORT_ID_LENGTH = 12;
/** The first group of a UUID: what a person compares. */
const SHORT_UID_LENGTH = 8;
/** Names of machines are host names (64); longer ones are cut. */
const MAX_NAME_CHARS = 64;

const ID = '(?<id>[0-9a-f]{64})';
const UID = '[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}';
const NAME = '(?<name>[^/]+?)';
/** `slice:prefix:id` is what containerd's cgroupfs driver makes of the kubelet's systemd names. */
const row = (engine: string, pattern: string): Row => ({
  engine,
  pattern: new RegExp(`(?<=^|[/:])(?:${pattern})(?=$|[/:]| \\(deleted\\)$)`, 'g'),
});

/** Of two that fit at one place, the upper. */
const CONTAINERS: readonly Row[] = [
  // kubepods-burstable-podUID.slice/cri-containerd-ID.scope, kubepods/burstable/podUID/ID; a static pod's UID is a hash of 32 digits.
  row(
    'k8s',
    `(?:[\\w-]+-)?pod(?<pod>${UID}|[0-9a-f]{32})(?:\\.slice)?[/:](?:(?:cri-containerd|containerd|crio|docker|libpod)[-:])?${ID}(?:\\.scope)?`,
  ),
  row('docker', `docker[-/]${ID}(?:\\.scope)?`),
  row('docker', 'docker/buildkit/(?<id>[0-9a-z]{25})'),
  row('podman', `libpod-(?:payload-)?${ID}(?:\\.scope)?`),
  row('containerd', `(?:nerdctl|cri-containerd)-${ID}(?:\\.scope)?`),
  row('cri-o', `crio-${ID}(?:\\.scope)?`),
  row('ecs', `ecs/[^/]+/(?:[^/]+/)?(?:${ID}|(?<name>[0-9a-f]{32}-\\d+))`),
  row('lxc', `(?:lxc\\.payload[/.]|lxc/)${NAME}`),
  row('lxc', `machine-lxc\\\\x2d\\d+\\\\x2d${NAME}\\.scope`),
  row('nspawn', `systemd-nspawn@${NAME}\\.service`),
  row('machine', `machine-${NAME}\\.scope`),
  row('runc', `runc-${NAME}\\.scope`),
  row('crun', `crun-${NAME}\\.scope`),
  row('yarn', '(?<name>container_(?:e\\d+_)?\\d+_\\d+_\\d+_\\d+)'),
  row('nomad', `(?<pod>${UID})\\.${NAME}(?:\\.scope)?`),
  row('mesos', `mesos/(?<name>${UID})`),
  row('slurm', '(?:uid_\\d+|slurm[\\w.-]*)/job_(?<name>\\d+)'),
  row('container', ID),
];

const UNITS: readonly Row[] = [
  row('snap', `snap\\.${NAME}(?:-${UID})?\\.(?:service|scope)`),
  row('flatpak', `app-flatpak-${NAME}-\\d+\\.scope`),
  row('service', `(?!user@\\d+\\.)${NAME}\\.service`),
];

/** What the cgroups of a process are called; null: neither a container nor a unit. */
export function cgroupName(text: string): CgroupName | null {
  const lines = text.split('\n').map(parseLine);
  // The service manager's own hierarchy first: where others differ from it, it knows best.
  const paths = [...lines.filter(({ isManagers }) => isManagers), ...lines.filter(({ isManagers }) => !isManagers)];
  for (const { path } of paths) {
    const container = innermost(path, CONTAINERS);
    if (container !== null) return { kind: 'container', text: container };
  }
  for (const { path, isManagers } of paths) {
    const unit = isManagers ? innermost(path, UNITS) : null;
    if (unit !== null) return { kind: 'unit', text: unit };
  }
  return null;
}

/** The last part of the deepest path, for a container whose engine gave no sign of itself (runc and ctr: just its name); '' for none. */
export function lastCgroupPart(text: string): string {
  let deepest: readonly string[] = [];
  for (const { path } of text.split('\n').map(parseLine)) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '..');
    if (parts.length > deepest.length) deepest = parts;
  }
  return shownName(deepest.at(-1) ?? '');
}

/** `4:memory:/a/b` or `0::/a/b`: the path may hold colons. */
function parseLine(line: string): { readonly path: string; readonly isManagers: boolean } {
  const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  return { path, isManagers: controllers === '' || controllers === 'name=systemd' };
}

function innermost(path: string, rows: readonly Row[]): string | null {
  let best: { readonly end: number; readonly text: string } | null = null;
  for (const { engine, pattern } of rows) {
    for (const match of path.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (best === null || end > best.end) best = { end, text: label(engine, match.groups ?? {}) };
    }
  }
  return best?.text ?? null;
}

function label(engine: string, { pod, id, name }: Readonly<Record<string, string | undefined>>): string {
  const inPod = pod === undefined ? '' : `${pod.slice(0, SHORT_UID_LENGTH)}/`;
  return `${engine} ${inPod}${id === undefined ? shownName(name ?? '') : id.slice(0, SHORT_ID_LENGTH)}`;
}

/** As the unit was named before systemd escaped it (systemd-escape(1)); what is no usual character of a name becomes `?`. */
function shownName(name: string): string {
  const plain = name.replace(/\\x([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return plain.replace(/[^\w.@:+-]/g, '?').slice(0, MAX_NAME_CHARS);
}
