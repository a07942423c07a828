// The built program as a person runs it, for tests: started with any arguments, on pipes or on a terminal of its own (a pty), its
// output gathered, what it says waited for. Nothing here knows how jtrace works inside.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from './repository.ts';

/** Attaching takes 1 to 5 s, on a loaded two-core machine five times that. */
const PATIENCE_MS = 90_000;
const POLL_MS = 20;
/** Between asking a run that a test has given up on to end and killing it. */
const END_MS = 5000;

export interface JtraceResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** On a terminal everything is in `stdout`. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface JtraceRun {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<JtraceResult>;
  /** All it wrote until now, both streams. */
  output(): string;
  /** Waits for a text; fails when it ends without it. */
  said(text: string | RegExp): Promise<void>;
  /** Ends it, by force if need be. */
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text for its standard input; then the input ends. */
  readonly input?: string;
  /** A terminal of 80 columns as its three streams; `child.stdin` is the keyboard. */
  readonly terminal?: boolean;
  /** Run through this program, e.g. setpriv with its options. */
  readonly through?: readonly string[];
}

/** What a shell would type for jtrace. */
export const JTRACE: readonly [string, string] = [process.execPath, join(REPOSITORY, 'bin/jtrace.js')];

/**
 * For `through`: ahead of a target that keeps more threads busy than there are processors. As one of ten that want to run, jtrace takes five times
 * as long to start and to end; what it samples is the same.
 */
export const AHEAD: readonly string[] = ['nice', '-n', '-10'];

/** Starts `jtrace ARGS…`. */
export function startJtrace(args: readonly string[], options: RunOptions = {}): JtraceRun {
  const own = [...(options.through ?? []), ...JTRACE, ...args];
  const [file = '', ...rest] =
    options.terminal === true ? ['python3', join(REPOSITORY, 'test/programs/on-terminal.py'), ...own] : own;
  const child = spawn(file, rest, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  child.stdin.on('error', () => undefined);
  if (options.terminal !== true) child.stdin.end(options.input ?? '');
  let result: JtraceResult | null = null;
  const ended = new Promise<JtraceResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve((result = { status, signal, ...output })));
  });
  const all = (): string => output.stdout + output.stderr;
  return {
    child,
    pid: child.pid ?? 0,
    ended,
    output: all,
    said: (text) =>
      until(`jtrace says ${String(text)}`, () => {
        if (typeof text === 'string' ? all().includes(text) : text.test(all())) return true;
        if (result !== null) throw new Error(`jtrace ended (${String(result.status)}) without saying ${String(text)}: ${all()}`);
        return null;
      }).then(() => undefined),
    stop: async () => {
      if (result !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Runs `jtrace ARGS…` to its end. */
export function runJtrace(args: readonly string[], options: RunOptions = {}): Promise<JtraceResult> {
  return startJtrace(args, options).ended;
}

/** Polls until `look` gives something other than null. */
export async function until<Result>(what: string, look: () => Result | null, patienceMs = PATIENCE_MS): Promise<Result> {
  for (const end = Date.now() + patienceMs; ; await sleep(POLL_MS)) {
    const result = look();
    if (result !== null) return result;
    if (Date.now() > end) throw new Error(`waited ${String(patienceMs)} ms in vain: ${what}`);
  }
}
