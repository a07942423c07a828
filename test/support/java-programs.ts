// Programs of test/programs, compiled into a folder of the test and started as JVMs that end with it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReadyProcess, startReady } from '../real/processes/ready-process.ts';
import { javaHome } from './host-tools.ts';
import { REPOSITORY } from './repository.ts';

/** Small and quick to start; the tests' machines have two cores. */
export const SMALL_JVM: readonly string[] = ['-Xmx64m', '-XX:+UseSerialGC', '-XX:-UsePerfData'];

export class JavaPrograms {
  readonly folder: string;
  readonly java: string;
  readonly #running: ReadyProcess[] = [];

  /** Compiles the programs of these names into a new folder, by the JDK 17 or, named first, by another. */
  constructor(...namesOrHome: readonly (string | { readonly home: string })[]) {
    this.folder = mkdtempSync(join(tmpdir(), 'jtrace-profile-'));
    const names = namesOrHome.filter((name) => typeof name === 'string');
    const home = namesOrHome.find((name) => typeof name !== 'string')?.home ?? javaHome() ?? '';
    this.java = join(home, 'bin/java');
    const sources = names.map((name) => join(REPOSITORY, `test/programs/${name}.java`));
    const { status, stderr } = spawnSync(join(home, 'bin/javac'), ['-d', this.folder, ...sources], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`javac: ${stderr}`);
  }

  /** A file in the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Arguments of `java` for one of the programs. */
  command(program: string, args: readonly string[], options: readonly string[] = []): [string, ...string[]] {
    return [this.java, ...SMALL_JVM, ...options, '-cp', this.folder, program, ...args];
  }

  /** Starts one that says READY and lives until its standard input ends. */
  async start(program: string, args: readonly string[] = [], options: readonly string[] = []): Promise<ReadyProcess> {
    const [java, ...rest] = this.command(program, args, options);
    const jvm = await startReady(java, rest, { cwd: this.folder });
    this.#running.push(jvm);
    return jvm;
  }

  /** Ends all JVMs and takes the folder away. */
  async close(): Promise<void> {
    await Promise.all(this.#running.map((jvm) => jvm.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
