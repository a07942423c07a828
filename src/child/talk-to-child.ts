// Starts a program that is told what to do while it runs: lines to its standard input, lines from its standard output. It dies with jtrace
// (die-with-parent.ts), and is in a session of its own, so that Ctrl-C on the terminal does not reach it.

import { execa } from 'execa';
import { dyingWithParent } from './die-with-parent.ts';
import type { ChildExit } from './start-child.ts';

export interface TalkOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly onStdout: (text: string) => void;
  readonly onStderr: (text: string) => void;
}

export interface TalkingChild {
  readonly pid: number | null;
  /** Settles after the last output was delivered; never rejects. */
  readonly exited: Promise<ChildExit>;
  send(text: string): void;
  /** Ends its input. */
  hangUp(): void;
  /** Kills it, and what it has started. */
  kill(): void;
}

export async function talkToChild(options: TalkOptions): Promise<TalkingChild> {
  const { file, args } = await dyingWithParent(options.file, options.args);
  const subprocess = execa(file, args, {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    detached: true,
    cleanup: false,
    env: options.environment ?? {},
  });
  subprocess.stdout.setEncoding('utf8').on('data', options.onStdout);
  subprocess.stderr.setEncoding('utf8').on('data', options.onStderr);
  // One that has ended says so by its exit.
  subprocess.stdin.on('error', () => undefined);
  let hasExited = false;
  const exited = subprocess.then((result): ChildExit => {
    hasExited = true;
    const cause: unknown = result.cause;
    const startError = subprocess.pid === undefined && cause instanceof Error ? cause : null;
    return { code: result.exitCode ?? null, signal: result.signal ?? null, startError };
  });
  return {
    pid: subprocess.pid ?? null,
    exited,
    send: (text) => void subprocess.stdin.write(text),
    hangUp: () => void subprocess.stdin.end(),
    kill: () => {
      if (subprocess.pid === undefined || hasExited) return;
      try {
        process.kill(-subprocess.pid, 'SIGKILL');
      } catch {
        // The group is gone.
      }
    },
  };
}
