// A profile in a process of its own: `jtrace profile PID`, whose resolving and rendering would hold up who waits for JVMs that live 20 ms, and whose
// memory goes back when it ends. It ends with this process, and its bpftrace with it.

import { fileURLToPath } from 'node:url';
import { startChild } from '../child/start-child.ts';
import { ACCEPT_FREEZE_RISK } from '../doctor/freeze-check.ts';
import { EXIT } from '../model/errors.ts';
import type { Pid } from '../model/units.ts';

export interface ApartRequest {
  readonly pid: Pid;
  readonly durationMs: number;
  readonly files: readonly string[];
  readonly bpftracePath: string | null;
  readonly acceptFreezeRisk: boolean;
}

/** `problem`: what it said last; null: nothing. `warnings`: its first ones. */
export interface ApartResult {
  readonly code: number;
  readonly problem: string | null;
  readonly warnings: readonly string[];
}

/** Two folders up, from src/app as from dist/app. */
const LAUNCHER = fileURLToPath(new URL('../../bin/jtrace.js', import.meta.url));
/** Warnings and an error; a bug has its stack. */
const MAX_SAID_CHARS = 16 * 1024;
/** A profile has two or three. */
const MAX_WARNINGS = 10;

/** Runs it to its end; `stop` asks it to write what it has. Never rejects. */
export async function profileApart(request: ApartRequest, stop: AbortSignal): Promise<ApartResult> {
  let said = '';
  const child = await startChild({
    file: process.execPath,
    args: [LAUNCHER, ...profileArguments(request)],
    environment: {},
    input: '',
    onStdout: () => undefined,
    onStderr: (bytes) => {
      said = `${said}${Buffer.from(bytes).toString('utf8')}`.slice(-MAX_SAID_CHARS);
    },
  });
  const onStop = (): void => child.signal('SIGTERM');
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  const { code, signal, startError } = await child.exited;
  stop.removeEventListener('abort', onStop);
  const how = startError !== null ? startError.message : signal === null ? null : `it was ended by ${signal}`;
  return { code: code ?? EXIT.incomplete, problem: how ?? problemIn(said), warnings: warningsIn(said) };
}

/** As typed after `jtrace`. */
export function profileArguments({ pid, durationMs, files, bpftracePath, acceptFreezeRisk }: ApartRequest): readonly string[] {
  return [
    ...['profile', String(pid), '--quiet', '--duration', `${String(durationMs)}ms`],
    ...files.flatMap((file) => ['--output', file]),
    ...(bpftracePath === null ? [] : ['--bpftrace', bpftracePath]),
    ...(acceptFreezeRisk ? [ACCEPT_FREEZE_RISK] : []),
  ];
}

/** The last line of its own: an error stands behind warnings, and its hint is indented. */
export function problemIn(said: string): string | null {
  const own = said.split('\n').filter((line) => line.startsWith('jtrace: '));
  return own.at(-1)?.slice('jtrace: '.length) ?? null;
}

export function warningsIn(said: string): readonly string[] {
  const start = 'jtrace: warning: ';
  const lines = said.split('\n').filter((line) => line.startsWith(start));
  return lines.slice(0, MAX_WARNINGS).map((line) => line.slice(start.length));
}
