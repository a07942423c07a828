// Runs a program to its end, within a time, and returns what it wrote: for questions to a tool, not for streams.

import { execa } from 'execa';

export interface FinishedChild {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly startError: NodeJS.ErrnoException | null;
}

/** Of each of its outputs; beyond it the child is ended. */
const MAX_OUTPUT_CHARS = 4 * 1024 * 1024;

export interface RunChildOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Never rejects: how it went is in the result. */
export async function runChild(file: string, args: readonly string[], options: RunChildOptions): Promise<FinishedChild> {
  const result = await execa(file, [...args], {
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    env: options.environment ?? {},
    timeout: options.timeoutMs,
    forceKillAfterDelay: 1000,
    maxBuffer: MAX_OUTPUT_CHARS,
    reject: false,
    stripFinalNewline: false,
  });
  const cause: unknown = result.cause;
  const neverRan = result.exitCode === undefined && result.signal === undefined && !result.timedOut;
  return {
    code: result.exitCode ?? null,
    signal: result.signal ?? null,
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: result.timedOut,
    startError: neverRan && cause instanceof Error ? cause : null,
  };
}
