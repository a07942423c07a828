// What the tests need of a Debian 12 host, and getting it: the packages that are missing are installed when we are root there,
// named with the exact command otherwise.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Parts of the tests that need a package. */
export type Part = 'quick' | 'volume' | 'browser' | 'real' | 'guest';

const PACKAGES = {
  binutils: ['quick', 'real'], // objdump and c++filt: oracles of the instruction decoder and the demangler
  gcc: ['quick', 'real'], // small programs under test
  'libc6-dev': ['quick', 'real'],
  chromium: ['browser'], // opens the flame graph page
  'fonts-dejavu-core': ['browser'], // a machine without fonts draws no text
  bpftrace: ['real', 'guest'],
  'openjdk-17-jdk-headless': ['real', 'guest'], // javac and jhsdb too
  'util-linux': ['real'], // setpriv, unshare, flock
  procps: ['real'],
  sudo: ['real'],
  patchelf: ['real'], // with file and the keyring: other releases' bpftraces (debian-programs)
  file: ['real'],
  'debian-archive-keyring': ['real', 'guest'],
  'qemu-system-x86': ['guest'],
  'busybox-static': ['guest'],
  zstd: ['guest'],
  lz4: ['guest'],
  kmod: ['guest'],
  python3: ['real', 'guest'],
} as const satisfies Record<string, readonly Part[]>;

/** Reading a package list or installing a JDK takes a minute or two; a mirror that hangs must not take the whole hour. */
const APT_TIMEOUT_MS = 15 * 60_000;

/** Whether this is the release the set-up knows; others get told what to do instead. */
export function isDebian12(): boolean {
  try {
    const release = readFileSync('/etc/os-release', 'utf8');
    return /^ID=debian$/m.test(release) && /^VERSION_ID="?12"?$/m.test(release);
  } catch {
    return false;
  }
}

/** Whether we may install packages, load BPF programs and boot guests that read the host's files. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Installs what the parts need; the names of packages that are still missing. */
export function installHostPackages(parts: readonly Part[]): string[] {
  const needed = Object.entries(PACKAGES).flatMap(([name, users]) => (users.some((part) => parts.includes(part)) ? [name] : []));
  const missing = needed.filter((name) => !isInstalled(name));
  if (missing.length === 0) return [];
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!isDebian12() || !isRoot()) {
    const why = isDebian12() ? 'not root' : 'not Debian 12';
    console.error(`== set-up: missing packages, and ${why}: nothing is installed. On Debian 12, as root: ${command}`);
    return missing;
  }
  console.log(`== set-up: ${command}`);
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', ...missing);
  return missing.filter((name) => !isInstalled(name));
}

function isInstalled(name: string): boolean {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8', input: '' });
  return query.status === 0 && query.stdout.trim() === 'installed';
}

function apt(...args: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // apt waits for another apt (a fresh machine may be updating itself) instead of failing at once.
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
  spawnSync('apt-get', [...options, ...args], { stdio: ['ignore', 'inherit', 'inherit'], env, timeout: APT_TIMEOUT_MS });
}
