// test/programs/scenarios, compiled once for all JDKs (class files of Java 8, a JNI library, the agent's jar), and the JVMs that run them.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { javaHome } from '../support/host-tools.ts';
import { REPOSITORY } from '../support/repository.ts';

const SOURCES = join(REPOSITORY, 'test/programs/scenarios');
const MANIFEST = 'Premain-Class: scenarios.Redefine\nCan-Redefine-Classes: true\n';
/** Without these the VM itself does not know which of the calls inlined into compiled code a leaf stands in (docs/accuracy.md). */
const EXACT_LEAVES = ['-XX:+UnlockDiagnosticVMOptions', '-XX:+DebugNonSafepoints'];
/** Frames below which others are counted (works.ts). */
const NOT_INLINED = ['Calls.bottom', 'Throwing.thrower', 'Jni.bottom', 'Deep.bottom'].map(
  (method) => `-XX:CompileCommand=dontinline,scenarios/${method}`,
);
/** What is told to end by the end of its input. */
const END_MS = 10_000;

export interface RunningJvm {
  readonly pid: number;
  /** What its collectors are called. */
  readonly collectors: string;
  /** Throws when a work failed. */
  stop(): Promise<void>;
}

export class ScenarioPrograms {
  readonly folder = mkdtempSync(join(tmpdir(), 'jtrace-scenarios-'));

  constructor() {
    const home = javaHome() ?? '';
    const [classes, second] = [this.path('classes'), this.path('second')];
    mkdirSync(second);
    const javac = ['--release', '8', '-Xlint:-options', '-nowarn'];
    run(join(home, 'bin/javac'), [...javac, '-d', classes, ...sources(SOURCES)]);
    run(join(home, 'bin/javac'), [...javac, '-cp', classes, '-d', second, ...sources(join(SOURCES, 'second'))]);
    writeFileSync(this.path('manifest'), MANIFEST);
    run(join(home, 'bin/jar'), ['-c', '-f', this.path('scenarios.jar'), '-m', this.path('manifest'), '-C', classes, '.']);
    const include = [`-I${join(home, 'include')}`, `-I${join(home, 'include/linux')}`];
    const cc = ['-O2', '-fPIC', '-shared', '-fomit-frame-pointer', ...include];
    run('cc', [...cc, join(SOURCES, 'scenarios.c'), '-o', this.path('libscenarios.so')]);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Arguments of `java`. */
  arguments(flags: readonly string[], works: readonly string[]): string[] {
    return [
      ...['-Xmx256m', '-XX:-UsePerfData', '-XX:CompileCommand=quiet', ...NOT_INLINED, ...EXACT_LEAVES, ...flags],
      // An agent switches archives of classes off where it is not needed.
      ...(works.includes('redefine') ? [`-javaagent:${this.path('scenarios.jar')}`] : []),
      ...[`-Dscenarios.lib=${this.path('libscenarios.so')}`, `-Dscenarios.second=${this.path('second')}`],
      ...['-cp', this.path('scenarios.jar'), 'scenarios.Scenarios', works.join()],
    ];
  }

  /** Starts a JVM and waits until its works are warm. */
  async start(java: string, flags: readonly string[], works: readonly string[]): Promise<RunningJvm> {
    const child = spawn(java, this.arguments(flags, works), { stdio: ['pipe', 'pipe', 'pipe'] });
    const kill = (): boolean => child.kill('SIGKILL');
    process.once('exit', kill);
    let complaints = '';
    child.stderr.on('data', (bytes: Buffer) => (complaints = (complaints + bytes.toString()).slice(-4000)));
    const ended = once(child, 'close');
    let ready: string | null = null;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('READY')) {
        ready = line;
        break;
      }
      complaints += `${line}\n`;
    }
    child.stdout.resume();
    if (ready === null) {
      await ended;
      process.removeListener('exit', kill);
      throw new Error(`the JVM ended (${String(child.exitCode ?? child.signalCode)}) before it was ready: ${complaints}`);
    }
    return {
      pid: child.pid ?? 0,
      collectors: ready.slice('READY '.length),
      stop: async () => {
        child.stdin.end();
        const timer = setTimeout(kill, END_MS);
        await ended;
        clearTimeout(timer);
        process.removeListener('exit', kill);
        if (child.exitCode !== 0)
          throw new Error(`the JVM ended with ${String(child.exitCode ?? child.signalCode)}: ${complaints}`);
      },
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => (name.endsWith('.java') ? [join(folder, name)] : []));
}

/** Runs a program to its end; what it says when it fails. */
export function run(program: string, args: readonly string[], input = ''): void {
  const { status, stderr, stdout } = spawnSync(program, args, { encoding: 'utf8', input });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}${stdout}`);
}
