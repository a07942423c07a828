// Which bpftraces, which JDK and which browser the tests run against. `npm test` says it in JTRACE_TEST_BPFTRACES and JTRACE_TEST_JAVA_HOME; a
// test started by hand finds the same ones where the set-up puts them.

import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** JDKs that the tests know. */
export const JDK_VERSIONS = [8, 11, 17, 21, 25, 26, 27] as const;
export type JdkVersion = (typeof JDK_VERSIONS)[number];
const HOST_JDK = 17;
/** As the set-up names those that it unpacks beside the host's. */
export type OtherJdk = `${Exclude<JdkVersion, typeof HOST_JDK>}`;
export const OTHER_JDKS = JDK_VERSIONS.filter((version) => version !== HOST_JDK).map((version): OtherJdk => `${version}`);
/** Release and package that a container's root is made of. */
export const CONTAINER_ROOT = ['bullseye', 'openjdk-17-jre-headless'] as const;

/** Where the set-up keeps what it fetched. */
export function testCache(): string {
  return process.env['JTRACE_TEST_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'jtrace-tests');
}

/** Absolute paths of all bpftraces at hand, the installed one first; empty when there is none. */
export function bpftracesAtHand(): string[] {
  const told = process.env['JTRACE_TEST_BPFTRACES'];
  if (told !== undefined && told !== '') return told.split(':');
  const installed = ['/usr/bin/bpftrace', '/usr/sbin/bpftrace', '/usr/local/bin/bpftrace'].filter(existsSync).slice(0, 1);
  const unpacked = ['trixie', 'sid'].map((suite) => join(testCache(), `bpftrace-${suite}`, 'bpftrace')).filter(existsSync);
  return [...installed, ...unpacked];
}

/** JAVA_HOME of a JDK 17 with its compiler and debugger; null when there is none. */
export function javaHome(): string | null {
  const told = process.env['JTRACE_TEST_JAVA_HOME'];
  if (told !== undefined && told !== '') return told;
  const candidates = ['/usr/lib/jvm/java-17-openjdk-amd64', ...javaOnPath()];
  return candidates.find((home) => isJdk17(home)) ?? null;
}

/** JAVA_HOME of a JDK that the set-up unpacked beside the host's 17; null when it did not. */
export function otherJdk(version: string): string | null {
  const home = join(testCache(), `jdk-${version}`, `usr/lib/jvm/java-${version}-openjdk-amd64`);
  return existsSync(join(home, 'bin/java')) ? home : null;
}

/** A root folder of Debian 11 with its JDK 17, for containers: another libc and libjvm than the host's; null when there is none. */
export function containerRoot(): string | null {
  const root = join(testCache(), `root-${CONTAINER_ROOT.join('-')}`);
  return existsSync(join(root, 'ok')) ? root : null;
}

/** JDKs that are run for aarch64, by the emulator. */
export const ARM64_JDKS = ['17', '21'] as const;

/** The root that `debian-programs jdk-arm64` unpacked; null when it did not. */
export function arm64Root(version: string): string | null {
  const root = join(testCache(), `jdk-arm64-${version}`);
  return existsSync(join(root, 'ok')) ? root : null;
}

/** A Chromium to open pages with; null when there is none. */
export function chromiumPath(): string | null {
  const { stdout } = spawnSync('sh', ['-c', 'command -v chromium || command -v chromium-browser'], {
    encoding: 'utf8',
    input: '',
  });
  return [stdout.trim(), '/usr/bin/chromium'].find((path) => path !== '' && existsSync(path)) ?? null;
}

function javaOnPath(): string[] {
  const { stdout } = spawnSync('sh', ['-c', 'command -v javac'], { encoding: 'utf8', input: '' });
  return stdout.trim() === '' ? [] : [dirname(dirname(realpathSync(stdout.trim())))];
}

function isJdk17(home: string): boolean {
  if (!existsSync(join(home, 'bin/jhsdb'))) return false;
  const { stderr } = spawnSync(join(home, 'bin/java'), ['-version'], { encoding: 'utf8', input: '' });
  return / version "17\./.test(stderr);
}
