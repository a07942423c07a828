// Gets what the tests run against (bpftraces of three releases, JDKs from 8 to 27, kernels for guests) and describes it in environment
// variables, so that a test run by hand and a test run by `npm test` ask the same way (see test/support/host-tools.ts).

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ARM64_JDKS, bpftracesAtHand, chromiumPath, CONTAINER_ROOT, javaHome, OTHER_JDKS } from '../../support/host-tools.ts';
import { ALL_GUEST_KERNELS } from '../../support/guest.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { isRoot } from './apt.ts';
import { installHostPackages } from './host-packages.ts';
import type { Part } from './host-packages.ts';

/** Releases whose bpftrace is tested besides the installed one (Debian 12: 0.17). */
const OTHER_BPFTRACES = ['trixie', 'sid'] as const;

/** Per download: packages of 100 MB over a slow line. */
const FETCH_TIMEOUT_MS = 15 * 60_000;

/** Where bpftrace looks for tracepoints; a minimal machine does not mount it by itself. */
const TRACEFS = '/sys/kernel/tracing';

/** False: there is none, and none could be mounted. */
function mountTracefs(): boolean {
  if (existsSync(join(TRACEFS, 'events')) || existsSync('/sys/kernel/debug/tracing/events')) return true;
  console.log(`== set-up: mount -t tracefs tracefs ${TRACEFS}`);
  return spawnSync('mount', ['-t', 'tracefs', 'tracefs', TRACEFS], { stdio: 'inherit' }).status === 0;
}

export interface TestEnvironment {
  /** Added to the environment of every test run. */
  readonly variables: Readonly<Record<string, string>>;
  /** Why a part cannot run at all, one line each with what to do; empty: it can. */
  readonly obstacles: Readonly<Record<Part, readonly string[]>>;
}

/** Does all set-up the parts need, saying what it does. Never throws: what could not be had is an obstacle of its part. */
export function prepareTestEnvironment(parts: readonly Part[]): TestEnvironment {
  const obstacles: Record<Part, string[]> = { quick: [], volume: [], browser: [], real: [], guest: [] };
  const onHost = parts.some((part) => part === 'real' || part === 'guest');
  const missing = installHostPackages(parts);
  if (missing.length > 0) console.error(`== set-up: still missing: ${missing.join(' ')}`);
  if (onHost && !isRoot()) {
    for (const part of ['real', 'guest'] as const) obstacles[part].push(`needs root: sudo env "PATH=$PATH" npm test ${part}`);
  }
  if (parts.includes('real') && isRoot() && !mountTracefs()) {
    obstacles.real.push(`needs tracefs: mount -t tracefs tracefs ${TRACEFS}`);
  }
  const home = javaHome();
  if (parts.includes('browser') && chromiumPath() === null) obstacles.browser.push('needs chromium: apt-get install chromium');
  if (home === null) {
    for (const part of ['real', 'guest'] as const)
      obstacles[part].push('needs a JDK 17: apt-get install openjdk-17-jdk-headless');
  }
  if (parts.includes('real') && missing.length === 0) {
    for (const suite of OTHER_BPFTRACES) {
      if (!fetched(`bpftrace of ${suite}`, join(REPOSITORY, 'test/tools/debian-programs'), 'bpftrace', suite)) {
        obstacles.real.push(`needs the bpftrace of ${suite}: test/tools/debian-programs bpftrace ${suite}`);
      }
    }
    for (const version of OTHER_JDKS) {
      if (!fetched(`JDK ${version}`, join(REPOSITORY, 'test/tools/debian-programs'), 'jdk', version))
        obstacles.real.push(`needs a JDK ${version}: test/tools/debian-programs jdk ${version}`);
    }
    for (const version of ARM64_JDKS) {
      if (!fetched(`JDK ${version} of arm64`, join(REPOSITORY, 'test/tools/debian-programs'), 'jdk-arm64', version))
        obstacles.real.push(`needs the JDK ${version} of arm64: test/tools/debian-programs jdk-arm64 ${version}`);
    }
    if (!fetched('root for containers', join(REPOSITORY, 'test/tools/debian-programs'), 'root', ...CONTAINER_ROOT))
      obstacles.real.push(`needs a root for containers: test/tools/debian-programs root ${CONTAINER_ROOT.join(' ')}`);
  }
  const bpftraces = onHost ? bpftracesAtHand() : [];
  if (onHost && bpftraces.length === 0) {
    for (const part of ['real', 'guest'] as const) obstacles[part].push('needs bpftrace: apt-get install bpftrace');
  }
  if (parts.includes('guest') && isRoot()) {
    for (const kernel of ALL_GUEST_KERNELS) {
      if (!fetched(`kernel ${kernel}`, 'python3', join(REPOSITORY, 'test/tools/guest'), '--kernel', kernel, '--prepare')) {
        obstacles.guest.push(`needs the kernel ${kernel}: python3 test/tools/guest --kernel ${kernel} --prepare`);
      }
    }
  }
  const variables: Record<string, string> = { JTRACE_TEST_BPFTRACES: bpftraces.join(':') };
  if (home !== null) variables['JTRACE_TEST_JAVA_HOME'] = home;
  for (const [name, value] of Object.entries(variables)) console.log(`== set-up: ${name}=${value}`);
  return { variables, obstacles };
}

function fetched(what: string, program: string, ...args: string[]): boolean {
  const startMs = performance.now();
  const { status, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: FETCH_TIMEOUT_MS,
  });
  const path = (stdout || '').trim();
  const ok = status === 0 && existsSync(path);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  if (ok) console.log(`== set-up: ${what}: ${path} (${seconds} s)`);
  else console.error(`== set-up: ${what} could not be had (status ${status ?? 'none'}, ${seconds} s)`);
  return ok;
}
