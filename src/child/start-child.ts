// Starts a program as a child that dies with jtrace, in a session of its own, so that Ctrl-C on the terminal does not reach it.
// Output comes as it arrives, in bytes; the caller bounds what it keeps. The kernel ends the child when jtrace dies
// (die-with-parent.ts); where it cannot do that, the caller's own means (a heartbeat) remain.

import { execa } from 'execa';
import { dyingWithParent } from './die-with-parent.ts';
import { interruptOutsideWrites, sleepsInWait } from './interrupt-outside-writes.ts';

/**
 * bpftrace flushes every line, 40 for a sample, and each that is read alone costs an event loop's turn: half of jtrace's time. So after
 * a small piece it waits for more to come; after one of this size it does not, since then there is no time to lose: the pipe
 * (a socket) holds some 280 small writes.
 */
const GATHERED_BYTES = 8 * 1024;
/** Short beside what samples wait for anyway, long beside the writing of one (0.5 ms). */
const GATHER_MS = 4;
const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

export interface ChildOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Text for its standard input. */
  readonly input: string;
  readonly onStdout: (bytes: Uint8Array) => void;
  readonly onStderr: (bytes: Uint8Array) => void;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It could not be started at all. */
  readonly startError: NodeJS.ErrnoException | null;
}

export interface Child {
  readonly pid: number | null;
  /** Settles after the last output was delivered; never rejects. */
  readonly exited: Promise<ChildExit>;
  /** It was interrupted in a write, for there was no other moment: what it printed then, and after it, may be lost. */
  readonly isCutOff: () => boolean;
  /** Just now. */
  readonly sleepsInWait: () => boolean;
  /** No error when it has already ended. SIGINT reaches it when it does not wait for room to write: see interrupt-outside-writes.ts. */
  signal(signal: NodeJS.Signals): void;
}

export async function startChild(options: ChildOptions): Promise<Child> {
  const { file, args } = await dyingWithParent(options.file, options.args);
  const subprocess = execa(file, args, {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    encoding: 'buffer',
    reject: false,
    detached: true,
    cleanup: false,
    // Who is asked to end decides himself how long that takes.
    forceKillAfterDelay: false,
    env: options.environment,
  });
  let [isInterrupted, hasExited, isCutOff] = [false, false, false];
  subprocess.stdout.on('data', (bytes: Uint8Array) => {
    options.onStdout(bytes);
    if (bytes.length < GATHERED_BYTES && !isInterrupted) gatherMore();
  });
  subprocess.stderr.on('data', options.onStderr);
  // A child that ends before it has read its input is not our failure; its exit says what happened.
  subprocess.stdin.on('error', () => undefined);
  subprocess.stdin.end(options.input);
  const exited = subprocess.then((result): ChildExit => {
    hasExited = true;
    const cause: unknown = result.cause;
    const startError = subprocess.pid === undefined && cause instanceof Error ? cause : null;
    return { code: result.exitCode ?? null, signal: result.signal ?? null, startError };
  });
  return {
    pid: subprocess.pid ?? null,
    exited,
    isCutOff: () => isCutOff,
    sleepsInWait: () => subprocess.pid !== undefined && sleepsInWait(subprocess.pid),
    signal: (signal) => {
      const { pid } = subprocess;
      if (signal !== 'SIGINT' || pid === undefined) {
        subprocess.kill(signal);
        return;
      }
      isInterrupted = true;
      // It may stand stopped, and would stay so.
      const endWithUs = (): void => void subprocess.kill('SIGKILL');
      process.once('exit', endWithUs);
      void interruptOutsideWrites({
        pid,
        kill: (next) => {
          subprocess.kill(next);
        },
        hasExited: () => hasExited,
      }).then((hasFound) => {
        isCutOff = !hasFound;
        process.off('exit', endWithUs);
      });
    },
  };
}

/** Sleeps with all of this thread: what else waits here is not in a hurry, and a stream that is only paused is read on in small pieces. */
function gatherMore(): void {
  Atomics.wait(NEVER_WOKEN, 0, 0, GATHER_MS);
}
