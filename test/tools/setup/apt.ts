// Debian packages: whether we may install them here, which are missing, and installing them.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Reading a package list or installing a JDK takes a minute or two; a mirror that hangs must not take the whole hour. */
const APT_TIMEOUT_MS = 15 * 60_000;
/** What dpkg says of a JDK is some hundred lines. */
const MAX_OUTPUT_BYTES = 16 << 20;

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

/** Whether dpkg has a package. */
export function isInstalled(name: string): boolean {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8', input: '' });
  return query.status === 0 && query.stdout.trim() === 'installed';
}

/** What a person would type for it. */
export function aptCommand(names: readonly string[]): string {
  return `apt-get install -y --no-install-recommends ${names.join(' ')}`;
}

/** Reads the package lists and installs. `shown`: what apt says goes to our own output; else it is given back. */
export function aptInstall(names: readonly string[], { shown }: { readonly shown: boolean }): string {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: APT_TIMEOUT_MS };
  // apt waits for another apt (a fresh machine may be updating itself) instead of failing at once.
  const common = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-qq'];
  let said = '';
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...names]]) {
    const output = shown ? 'inherit' : 'pipe';
    const run = spawnSync('apt-get', [...common, ...args], {
      ...options, stdio: ['ignore', output, output], encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES,
    }); // prettier-ignore
    if (!shown) said += `${run.stdout}${run.stderr}${run.error?.message ?? ''}`;
  }
  return said;
}
