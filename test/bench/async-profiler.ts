// async-profiler on a running JVM: start, stop, and its samples by thread. ASYNC_PROFILER names the `asprof` program of a build or a
// release (with its lib folder beside it); it is no part of this repository and nothing here fetches it.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asyncProfilerKey } from './leaf-key.ts';

const run = promisify(execFile);
/** Attaching to a busy JVM waits for a safepoint and, the first time, loads a library. */
const COMMAND_TIMEOUT_MS = 60_000;

export type AsyncProfilerEvent = 'cpu' | 'ctimer';

/** Leaf keys of one profile, by thread. */
export type LeavesByThread = ReadonlyMap<number, readonly string[]>;

export interface AsyncProfiler {
  readonly version: string;
  /** `event`: what it samples by, `ctimer` unless named. */
  start(pid: number, rateHz: number, event?: AsyncProfilerEvent): Promise<void>;
  stop(pid: number): Promise<LeavesByThread>;
}

/** null: ASYNC_PROFILER is not set. */
export async function findAsyncProfiler(): Promise<AsyncProfiler | null> {
  const program = process.env['ASYNC_PROFILER'] ?? '';
  if (program === '') return null;
  if (!existsSync(program)) throw new Error(`ASYNC_PROFILER: there is no ${program}`);
  const call = (...args: string[]) => run(program, args, { timeout: COMMAND_TIMEOUT_MS });
  const version = (await call('--version')).stdout.trim();
  return {
    version,
    async start(pid, rateHz, event = 'ctimer') {
      await call('start', '-e', event, '-i', `${Math.round(1e9 / rateHz)}ns`, '-t', String(pid));
    },
    async stop(pid) {
      const folder = mkdtempSync(join(tmpdir(), 'jtrace-bench-'));
      try {
        const file = join(folder, 'profile.collapsed');
        await call('stop', '-o', 'collapsed', '-t', '--ann', '--lib', '-f', file, String(pid));
        return parseCollapsed(readFileSync(file, 'utf8'));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Lines `[name tid=N];frame;…;leaf count`. */
export function parseCollapsed(text: string): LeavesByThread {
  const leaves = new Map<number, string[]>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const blank = line.lastIndexOf(' ');
    const [thread = '', ...frames] = line.slice(0, blank).split(';');
    const tid = Number(/tid=(\d+)\]$/.exec(thread)?.[1]);
    const count = Number(line.slice(blank + 1));
    if (!Number.isSafeInteger(tid) || !Number.isSafeInteger(count))
      throw new Error(`not a collapsed stack: ${line.slice(0, 200)}`);
    const key = asyncProfilerKey(frames);
    const of = leaves.get(tid) ?? [];
    leaves.set(tid, of);
    for (let i = 0; i < count; i += 1) of.push(key);
  }
  return leaves;
}
