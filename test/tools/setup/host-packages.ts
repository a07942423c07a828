// What the tests need of a Debian 12 host, and getting it: the packages that are missing are installed when we are root there,
// named with the exact command otherwise.

import { aptCommand, aptInstall, isDebian12, isInstalled, isRoot } from './apt.ts';

/** Parts of the tests that need a package. */
export type Part = 'quick' | 'volume' | 'browser' | 'real' | 'guest';

const PACKAGES = {
  binutils: ['quick', 'real'], // objdump and c++filt: oracles of the instruction decoder and the demangler
  gcc: ['quick', 'real'], // small programs under test
  'libc6-dev': ['quick', 'real'],
  'systemtap-sdt-dev': ['real'], // sys/sdt.h: a program with a USDT probe of its own
  chromium: ['browser'], // opens the flame graph page
  'fonts-dejavu-core': ['browser'], // a machine without fonts draws no text
  bpftrace: ['real', 'guest'],
  clang: ['real', 'guest'], // with libbpf-dev: the lab cannot-sleep; 17 MB to download beside bpftrace and gcc
  'libbpf-dev': ['real', 'guest'],
  bpftool: ['real', 'guest'], // jtrace lab what-is-loaded
  'openjdk-17-jdk-headless': ['real', 'guest'], // javac and jhsdb too
  'util-linux': ['real'], // setpriv, unshare, flock
  procps: ['real'],
  gdb: ['real'], // judges native stacks, of the next three too
  'mariadb-server': ['real'],
  'mariadb-client': ['real'],
  'postgresql-15': ['real'],
  'xz-utils': ['quick', 'real'], // the .xz reader's counterpart, and a program to profile
  'libc6-dbg': ['real'], // a separate debug file as Debian installs them
  sudo: ['real'],
  patchelf: ['real'], // with file and the keyring: other releases' bpftraces (debian-programs)
  file: ['real'],
  'debian-archive-keyring': ['real', 'guest'],
  'qemu-user': ['real'], // runs JVMs of aarch64
  'qemu-system-x86': ['guest'],
  'busybox-static': ['guest'],
  zstd: ['guest'],
  lz4: ['guest'],
  kmod: ['guest'],
  python3: ['real', 'guest'],
  runc: ['real'], // containers as Docker and Kubernetes make them
  zsh: ['real'], // completes what bash completes
} as const satisfies Record<string, readonly Part[]>;

/** Installs what the parts need; the names of packages that are still missing. */
export function installHostPackages(parts: readonly Part[]): string[] {
  const needed = Object.entries(PACKAGES).flatMap(([name, users]) => (users.some((part) => parts.includes(part)) ? [name] : []));
  const missing = needed.filter((name) => !isInstalled(name));
  if (missing.length === 0) return [];
  const command = aptCommand(missing);
  if (!isDebian12() || !isRoot()) {
    const why = isDebian12() ? 'not root' : 'not Debian 12';
    console.error(`== set-up: missing packages, and ${why}: nothing is installed. On Debian 12, as root: ${command}`);
    return missing;
  }
  console.log(`== set-up: ${command}`);
  aptInstall(missing, { shown: true });
  return missing.filter((name) => !isInstalled(name));
}
