// Runs a program to its end, within a time, and returns what it wrote: for questions to a tool, not for streams. It ends with jtrace, also
// when that is killed (die-with-parent.ts).

import { execa } from 'execa';
import { dyingWithParent } from './die-with-parent.ts';

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
  /** Ends it before its time. */
  readonly stop?: AbortSignal;
}

/** Never rejects: how it went is in the result. */
export async function runChild(file: string, args: readonly string[], options: RunChildOptions): Promise<FinishedChild> {
  const command = await dyingWithParent(file, args);
  const result = await execa(command.file, command.args, {
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    env: options.environment ?? {},
    timeout: options.timeoutMs,
    ...(options.stop === undefined ? {} : { cancelSignal: options.stop }),
    forceKillAfterDelay: 1000,
    maxBuffer: MAX_OUTPUT_CHARS,
    reject: false,
    stripFinalNewline: false,
  });
  const cause: unknown = result.cause;
  const neverRan = result.exitCode === undefined && result.signal === undefined && !result.timedOut;
  const notStarted = command.isGuarded ? wordsOfSetpriv(result.exitCode, result.stderr) : null;
  return {
    code: notStarted === null ? (result.exitCode ?? null) : null,
    signal: result.signal ?? null,
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: result.timedOut,
    startError: neverRan && cause instanceof Error ? cause : notStarted,
  };
}

/** What setpriv says where it could not start the program; null: it did. */
function wordsOfSetpriv(code: number | undefined, stderr: string): Error | null {
  const [words = ''] = stderr.split('\n');
  return (code === 126 || code === 127) && words.startsWith('setpriv: ') ? new Error(words) : null;
}
