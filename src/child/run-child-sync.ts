// Runs a short command to its end while everything else waits: for what must be put back also while the process exits.

import { execaSync } from 'execa';

export interface SyncOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/**
 * In a session of its own (setsid, util-linux): Ctrl-C on the terminal must not break off what puts the machine back. What it printed. Throws an
 * Error with its last words where it failed, is not there, or took too long.
 */
export function runChildSync(file: string, args: readonly string[], { environment, timeoutMs }: SyncOptions): string {
  const { exitCode, stdout, stderr } = execaSync('setsid', [file, ...args], {
    env: environment,
    timeout: timeoutMs,
    reject: false,
    stdin: 'ignore',
  });
  if (exitCode === undefined) throw new Error(`${file} is not installed, or did not end`);
  if (exitCode !== 0) throw new Error(stderr.trim().split('\n').at(-1) || file);
  return stdout;
}
