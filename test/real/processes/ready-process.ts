// Starts a program of test/programs that says READY and lives until its standard input is closed, and ends it again.

import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { asPid, type Pid } from '../../../src/model/units.ts';

export interface ReadyProcess {
  readonly pid: Pid;
  readonly child: ChildProcess;
  /** Closes its input and waits for its end. */
  stop(): Promise<void>;
}

/** Resolves when READY was said; rejects when the program ends before. */
export async function startReady(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<ReadyProcess> {
  const child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      reject(new Error(`${program} ended (${String(code ?? signal)}) before it was ready: ${output}`)),
    );
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (output.includes('READY')) resolve();
    });
  });
  return {
    pid: asPid(child.pid ?? 0),
    child,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}
