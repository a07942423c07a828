// The sample program of `npm run demo` as a process: compiled when it was changed, started, and ended again. It lives no longer than we
// do, whatever ends us: it ends when its standard input does, and that is a pipe of ours.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../support/repository.ts';

const SOURCES = join(REPOSITORY, 'test/demo/shop');
/** With what the build makes: git ignores it, and the next run finds it. */
const CLASSES = join(REPOSITORY, 'dist/demo');
/** Of a JVM that does not end by itself; it would take milliseconds. */
const END_MS = 3000;

/** Flags of the sample JVM. None is for jtrace. */
const JVM_FLAGS = [
  '-Xmx256m',
  '-XX:-UsePerfData', // leaves a file in /tmp when it is killed
  '-XX:+UnlockDiagnosticVMOptions', // for the next one
  `-XX:CompilerDirectivesFile=${join(SOURCES, 'compile-levels.json')}`,
];

export interface Shop {
  readonly pid: number;
  /** Closes it; resolves when the process is gone. */
  close(): Promise<void>;
  /** The same at once, for the last moment of our own process. */
  kill(): void;
}

/** Why the sample program is not there; the text says what its tools said. */
export class ShopError extends Error {}

/** Compiles and starts it; resolves when it serves. Throws ShopErrors. */
export async function openShop(javaHome: string): Promise<Shop> {
  compile(javaHome);
  // Of a process group of its own: Ctrl-C is for jtrace, which needs it alive to name what it saw.
  const jvm = spawn(join(javaHome, 'bin/java'), [...JVM_FLAGS, '-cp', CLASSES, 'shop.Shop'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = jvm;
  const output = { text: '' };
  for (const stream of [jvm.stdout, jvm.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output.text += text));
  await ready(jvm, output);
  if (pid === undefined) throw new ShopError('it has no process number');
  return {
    pid,
    close: async () => {
      if (jvm.exitCode !== null || jvm.signalCode !== null) return;
      const ended = once(jvm, 'exit');
      jvm.stdin.end();
      const timer = setTimeout(() => jvm.kill('SIGKILL'), END_MS);
      await ended;
      clearTimeout(timer);
    },
    kill: () => void jvm.kill('SIGKILL'),
  };
}

async function ready(jvm: ChildProcess, output: { readonly text: string }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    jvm.once('error', (error) => reject(new ShopError(error.message)));
    jvm.once('exit', (code, signal) => reject(new ShopError(`it ended (${String(code ?? signal)}): ${output.text.trim()}`)));
    jvm.stdout?.on('data', () => output.text.includes('READY') && resolve());
  });
}

function compile(javaHome: string): void {
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.java')).map((name) => join(SOURCES, name)); // prettier-ignore
  const compiled = join(CLASSES, 'shop/Shop.class');
  if (existsSync(compiled) && sources.every((source) => statSync(source).mtimeMs < statSync(compiled).mtimeMs)) return;
  mkdirSync(CLASSES, { recursive: true });
  const { status, stdout, stderr, error } = spawnSync(
    join(javaHome, 'bin/javac'),
    ['-encoding', 'UTF-8', '-d', CLASSES, ...sources],
    {
      encoding: 'utf8',
      input: '',
    },
  );
  if (status !== 0) throw new ShopError(`javac: ${error?.message ?? `${stdout}${stderr}`}`);
}
