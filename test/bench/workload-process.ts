// A workload of test/workloads as a running JVM: started with equal flags for every tool, warm, ended with us.

import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { REPOSITORY } from '../support/repository.ts';

const FOLDER = join(REPOSITORY, 'test/workloads');
/** Compiling the workload and unpacking its input come first, once. */
const START_TIMEOUT_MS = 120_000;
/** It is ended when measured; this only ends what was forgotten. */
const RUN_SECONDS = 3600;
/** Of run.inc. */
const DEFAULT_RELEASE = 8;
/** Flags that change what self time means: equal for both tools because they are the JVM's. */
const JVM_FLAGS = ['-XX:+UnlockDiagnosticVMOptions', '-XX:+DebugNonSafepoints'];

/** One line of a workload's: operations since its start. */
export interface Tick {
  /** Unix time. */
  readonly atMs: number;
  readonly operations: number;
}

export interface RunningWorkload {
  readonly pid: number;
  /** Whether it still runs. */
  isRunning(): boolean;
  /** What it has done, second by second. */
  readonly ticks: readonly Tick[];
  stop(): Promise<void>;
}

/** Names of the workloads there are. */
export function workloadNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sh'))
    .map((file) => file.slice(0, -'.sh'.length))
    .sort();
}

/** The first JDK that runs its class files: what its script compiles them for. */
export function leastJdk(name: string): number {
  const script = readFileSync(join(FOLDER, `${name}.sh`), 'utf8');
  return Number(/\bRELEASE=(\d+)/.exec(script)?.[1] ?? DEFAULT_RELEASE);
}

/** Settles when it has worked for `warmUpSeconds`. `variables`: JAVA and JAVAC of another JDK. The script becomes the JVM (exec): its pid is the JVM's. */
export async function startWorkload(
  name: string,
  threads: number,
  warmUpSeconds: number,
  variables: Readonly<Record<string, string>> = {},
): Promise<RunningWorkload> {
  const child = spawn('bash', [join(FOLDER, `${name}.sh`), String(RUN_SECONDS), String(threads)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...variables, JOPTS: [process.env['JOPTS'] ?? '', ...JVM_FLAGS].join(' ').trim() },
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    kill();
    await closed;
  };
  try {
    const ticks: Tick[] = [];
    const pid = await warm(child, name, warmUpSeconds, ticks);
    return { pid, ticks, isRunning: () => child.exitCode === null && child.signalCode === null, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The workload prints `START … pid=N` and then a TICK every second. */
function warm(child: ChildProcess, name: string, seconds: number, ticks: Tick[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let [pid, errors] = [0, ''];
    child.stderr?.on('data', (text: Buffer) => (errors = `${errors}${text.toString('utf8')}`.slice(-2000)));
    if (child.stdout === null) throw new Error('no pipe from the workload');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const started = /^START .* pid=(\d+)/.exec(line);
      if (started !== null) pid = Number(started[1]);
      const tick = parseTick(line);
      if (tick !== null) ticks.push(tick);
      if (ticks.length >= seconds && pid !== 0) resolve(pid);
      if (line.startsWith('NOTE')) console.error(`${name}: ${line}`);
    });
    child.once('close', (code) => reject(new Error(`${name} ended with ${String(code)}: ${errors}`)));
    setTimeout(() => reject(new Error(`${name} did not start: ${errors}`)), START_TIMEOUT_MS + seconds * 1000).unref();
  });
}

/** `TICK <epoch ms> <operations> <process CPU µs>`; null: another line. */
export function parseTick(line: string): Tick | null {
  const [, atMs, operations] = /^TICK (\d+) (\d+) \d+$/.exec(line) ?? [];
  return atMs === undefined || operations === undefined ? null : { atMs: Number(atMs), operations: Number(operations) };
}

/** Operations a second between two moments, by the ticks inside; NaN: fewer than two are. */
export function throughput(ticks: readonly Tick[], fromMs: number, toMs: number): number {
  const inside = ticks.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined || first === last) return NaN;
  return ((last.operations - first.operations) / (last.atMs - first.atMs)) * 1000;
}
