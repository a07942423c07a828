// The text of /proc/PID/mountinfo → the container it belongs to, where its cgroup tells nothing (a cgroup namespace that jtrace is in
// too, or an engine that makes none). Engines mount files of their own over /etc/hosts and its like, from a folder that carries the id.
// Pure. Whoever owns a mount namespace can make such a mount: it is a label, no proof. Source: proc_pid_mountinfo(5).

const SHORT_ID_LENGTH = 12;
const SHORT_UID_LENGTH = 8;
/** Only mounts onto these count: the host's own list has mounts below the same folders. */
const MOUNTED_FILES: ReadonlySet<string> = new Set(['/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/run/.containerenv']);

/** A folder on the engine's disk → engine. The first that fits any line. */
const FOLDERS: readonly { readonly engine: string; readonly pattern: RegExp }[] = [
  { engine: 'k8s', pattern: /\/pods\/([0-9a-f]{8})[0-9a-f-]{24,28}\/etc-hosts$/ },
  { engine: 'podman', pattern: /\/overlay-containers\/([0-9a-f]{64})\/userdata\// },
  { engine: 'docker', pattern: /\/containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf)$/ },
  { engine: 'containerd', pattern: /\/(?:sandboxes|containers\/[^/]+)\/([0-9a-f]{64})\// },
];

/** `docker 1f2e3d4c5b6a`, `k8s 8f3c2a1b` (the pod), …; '' when no mount tells. */
export function containerInMounts(text: string): string {
  const sources = text.split('\n').flatMap((line) => {
    // ID, parent, device, root of the mount in its file system, mount point.
    const [, , , source = '', target = ''] = line.split(' ', 5);
    return MOUNTED_FILES.has(target) ? [source] : [];
  });
  for (const { engine, pattern } of FOLDERS) {
    for (const source of sources) {
      const id = pattern.exec(source)?.[1];
      if (id !== undefined) return `${engine} ${id.slice(0, engine === 'k8s' ? SHORT_UID_LENGTH : SHORT_ID_LENGTH)}`;
    }
  }
  return '';
}
