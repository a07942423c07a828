// Tests that need something of the host: run where it is there, loudly skipped where it is not, failed in CI (CI=true), where a
// skipped test would be a test nobody runs.

import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { describe, test } from 'vitest';
import {
  ARM64_JDKS,
  arm64Root,
  bpftracesAtHand,
  chromiumPath,
  CONTAINER_ROOT,
  containerRoot,
  javaHome,
  type OtherJdk,
  otherJdk,
} from './host-tools.ts';
import { guestObstacle } from './guest.ts';

/** What a test may need. */
export type HostNeed =
  | `jdk${OtherJdk}`
  | 'root'
  | 'bpftrace'
  | 'jdk17'
  | 'arm64-jdk'
  | 'guest'
  | 'binutils'
  | 'cc'
  | 'chromium'
  | 'zsh'
  | 'python3'
  | 'gdb'
  | 'mariadb'
  | 'postgres'
  | 'xz'
  | 'runc'
  | 'container-root';

/** What is missing and what to do, per need; null: it is there. */
const OBSTACLES = {
  root: () => (process.geteuid?.() === 0 ? null : 'root (sudo env "PATH=$PATH" npm test)'),
  bpftrace: () => (bpftracesAtHand().length > 0 ? null : 'bpftrace (apt-get install bpftrace)'),
  jdk17: () => (javaHome() !== null ? null : 'a JDK 17 (apt-get install openjdk-17-jdk-headless)'),
  'arm64-jdk': () =>
    starts('qemu-aarch64') && ARM64_JDKS.every((version) => arm64Root(version) !== null)
      ? null
      : `JDKs of arm64 (apt-get install qemu-user; ${ARM64_JDKS.map((version) => `test/tools/debian-programs jdk-arm64 ${version}`).join('; ')})`,
  jdk8: () => missingJdk('8'),
  jdk11: () => missingJdk('11'),
  jdk21: () => missingJdk('21'),
  jdk25: () => missingJdk('25'),
  jdk26: () => missingJdk('26'),
  jdk27: () => missingJdk('27'),
  guest: guestObstacle,
  binutils: () => (starts('objdump') ? null : 'binutils (apt-get install binutils)'),
  xz: () => (starts('xz') ? null : 'xz (apt-get install xz-utils)'),
  zsh: () => (starts('zsh') ? null : 'zsh (apt-get install zsh)'),
  python3: () => (starts('python3') ? null : 'python3 (apt-get install python3)'),
  runc: () => (starts('runc') ? null : 'runc (apt-get install runc)'),
  'container-root': () =>
    containerRoot() !== null ? null : `a root for containers (test/tools/debian-programs root ${CONTAINER_ROOT.join(' ')})`,
  gdb: () => (starts('gdb') ? null : 'gdb (apt-get install gdb)'),
  mariadb: () => (starts('mariadbd') ? null : 'MariaDB (apt-get install mariadb-server)'),
  postgres: () => (starts('/usr/lib/postgresql/15/bin/pgbench') ? null : 'PostgreSQL 15 (apt-get install postgresql-15)'),
  chromium: () => (chromiumPath() !== null ? null : 'chromium (apt-get install chromium)'),
  cc: () => (starts('cc') ? null : 'a C compiler (apt-get install gcc libc6-dev)'),
} as const satisfies Record<HostNeed, () => string | null>;

function missingJdk(version: string): string | null {
  return otherJdk(version) !== null ? null : `a JDK ${version} (test/tools/debian-programs jdk ${version})`;
}

function starts(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** What of `needs` is missing here, as text; null: nothing. */
export function missingOnHost(needs: readonly HostNeed[]): string | null {
  const missing = needs.map((need) => OBSTACLES[need]()).filter((text) => text !== null);
  return missing.length === 0 ? null : missing.join(', ');
}

/** `describe` for tests that need something of the host. */
export function describeOnHost(name: string, needs: readonly HostNeed[], body: () => void): void {
  const missing = missingOnHost(needs);
  if (missing === null) {
    describe(name, body);
  } else if (process.env['CI'] === 'true') {
    test(name, () => {
      throw new Error(`cannot run: needs ${missing}`);
    });
  } else {
    console.warn(`SKIPPED ${name}: needs ${missing}`);
    describe.skip(`${name} [needs ${missing}]`, body);
  }
}
