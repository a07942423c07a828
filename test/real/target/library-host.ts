// Builds and starts the programs of this folder: a process that has a library mapped and says where everything is.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { asPid, type Pid } from '../../../src/model/units.ts';

/** Compiles a C file of this folder; throws what the compiler says. */
export function compile(source: string, output: string, ...flags: readonly string[]): string {
  const args = ['-O1', '-g0', '-fno-inline', '-o', output, join(import.meta.dirname, source), ...flags];
  const { status, stderr } = spawnSync('cc', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cc ${args.join(' ')}: ${stderr}`);
  return output;
}

/** A library whose function has this name. */
export function compileLibrary(output: string, functionName: string): string {
  return compile('library.c', output, '-shared', '-fPIC', `-DFUNCTION=${functionName}`);
}

export interface LibraryHost {
  readonly pid: Pid;
  /** What it says of itself: names and addresses. */
  readonly addresses: Readonly<Record<string, number>>;
  /** Sends a command and waits until it is done. */
  command(text: string): Promise<void>;
  /** Sends a command that has no answer. */
  send(text: string): void;
  end(): Promise<void>;
}

/** Starts library-host, by itself or by a command that ends in running it, and waits until it is ready. */
export async function startHost(argv: readonly string[]): Promise<LibraryHost> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = await heard(child, 'READY\n');
  const addresses: Record<string, number> = {};
  for (const [, name = '', digits = ''] of output.matchAll(/^(\w+) ([0-9a-f]+)$/gm))
    addresses[name] = Number.parseInt(digits, 16);
  return {
    pid: asPid(child.pid ?? 0),
    addresses,
    async command(text) {
      const answer = heard(child, 'DONE\n');
      child.stdin.write(`${text}\n`);
      await answer;
    },
    send: (text) => void child.stdin.write(`${text}\n`),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function heard(child: ChildProcess & { readonly stdout: NonNullable<ChildProcess['stdout']> }, end: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const onData = (data: Buffer): void => {
      output += data.toString();
      if (!output.includes(end)) return;
      child.stdout.off('data', onData);
      resolve(output);
    };
    child.stdout.on('data', onData);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the host ended (${String(code)}): ${output}`)));
  });
}
