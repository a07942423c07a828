// Builds and runs the program that gets stopped (test/programs/Strata.java, strata.c): one JVM per mode, phases changed through
// its standard input. Also builds the debugger's read accelerator. Everything goes into one temporary folder.

import { execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROGRAMS = join(import.meta.dirname, '..', 'programs');

/** How the JVM runs its Java code: the first dimension of the accuracy table. */
export const MODES = {
  interpreter: ['-Xint'],
  c1: ['-XX:TieredStopAtLevel=1'],
  c2: ['-XX:-TieredCompilation'],
  tiered: ['-XX:+TieredCompilation'],
} as const;

export type Mode = keyof typeof MODES;

/** Small, so that allocation soon needs the slow path and collections. */
const HEAP = '-Xmx128m';
const FLAGS = ['-XX:CompileCommand=quiet', '-XX:CompileCommand=dontinline,Strata::tiny*'];

export interface BuiltPrograms {
  readonly folder: string;
  readonly fastPeek: string;
  remove(): void;
}

/** Compiles the programs with the target's own JDK and cc. */
export async function buildPrograms(javaHome: string): Promise<BuiltPrograms> {
  const folder = await mkdtemp(join(tmpdir(), 'jtrace-oracle-'));
  const include = join(javaHome, 'include');
  const library = ['-O2', '-fPIC', '-shared', '-fomit-frame-pointer'];
  const fastPeek = join(folder, 'libfastpeek.so');
  await run(join(javaHome, 'bin', 'javac'), ['-nowarn', '-d', folder, join(PROGRAMS, 'Strata.java')]);
  await run('cc', [
    ...library,
    `-I${include}`,
    `-I${join(include, 'linux')}`,
    join(PROGRAMS, 'strata.c'),
    '-o',
    join(folder, 'libstrata.so'),
  ]);
  await run('cc', [...library, join(import.meta.dirname, 'fast-peek.c'), '-o', fastPeek, '-ldl']);
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return { folder, fastPeek, remove };
}

export interface TestJvm {
  readonly pid: number;
  /** Names of Strata's phases, or `all`. Returns when the program has taken it. */
  choose(phases: string): Promise<void>;
  kill(): Promise<void>;
}

/** Starts Strata and waits for its READY. */
export async function startTestJvm(
  javaHome: string,
  programs: BuiltPrograms,
  mode: Mode,
  phases: string,
  workers: number,
): Promise<TestJvm> {
  const argv = [
    ...MODES[mode],
    HEAP,
    ...FLAGS,
    `-Dstrata.lib=${programs.folder}`,
    '-cp',
    programs.folder,
    'Strata',
    phases,
    String(workers),
  ];
  const child = spawn(join(javaHome, 'bin', 'java'), argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  // It may stand still when the oracle is broken off: then nothing else would end it.
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => child.once('close', () => { resolve(); })); // prettier-ignore
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const expect = async (word: string): Promise<void> => {
    const next = await lines.next();
    if (next.done || !next.value.startsWith(word)) throw new Error(`the test JVM said ${String(next.value)} instead of ${word}`);
  };
  await expect('READY');
  const { pid } = child;
  if (pid === undefined) throw new Error('the test JVM has no pid');
  return {
    pid,
    async choose(names) {
      child.stdin.write(`${names}\n`);
      await expect('PHASE');
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
