// One run of the built `jtrace profile` as a user starts it, watched from outside: when it sampled, what it and bpftrace cost while it
// did, and what it said. run-jtrace.ts looks inside instead, and pays for that.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '../support/is-record.ts';
import { REPOSITORY } from '../support/repository.ts';
import { bpftraceBelow, costOf } from './capture-cost.ts';
import { cpuTime, peakBytes } from './process-cost.ts';

const POLL_MS = 50;
/** Not counted as sampling: attaching at its start, draining at its end. */
const EDGE_MS = 300;

/** Used until a moment. */
interface Look {
  readonly atMs: number;
  readonly jtraceSeconds: number;
  readonly endedChildrenSeconds: number;
  readonly bpftraceSeconds: number;
  readonly probeNs: number;
  readonly probeRuns: number;
}

export interface PlainCost {
  /** Shares of one core while sampling. */
  readonly jtraceCore: number;
  readonly bpftraceCore: number;
  readonly probeCore: number;
  /** Kernel time of the programs for each sample. */
  readonly probeUsPerSample: number;
  /** CPU time before sampling began, children's that ended included. */
  readonly startCpuSeconds: number;
  readonly jtracePeakBytes: number;
  readonly bpftracePeakBytes: number;
  /** When the probes first ran, as process.hrtime counts. */
  readonly sampledFromMs: number;
}

export interface PlainRun {
  /** null: it is not known when it sampled, because the kernel did not count probes (capture-cost.ts, countProbeTime). */
  readonly cost: PlainCost | null;
  /** Unix time. */
  readonly exitedAtMs: number;
  readonly summary: {
    readonly samples: number;
    readonly lost: number;
    readonly durationMs: number;
    /** Sizes of the outputs in the order of the flags. */
    readonly fileBytes: readonly number[];
  };
}

export interface PlainOptions {
  readonly seconds: number;
  readonly rateHz: number;
  readonly flags?: readonly string[];
  /** Of node, before jtrace's script. */
  readonly nodeFlags?: readonly string[];
}

export async function runPlainJtrace(pid: number, options: PlainOptions): Promise<PlainRun> {
  const { seconds, rateHz, flags = [], nodeFlags = [] } = options;
  const script = join(REPOSITORY, 'bin/jtrace.js');
  const args = [script, 'profile', String(pid), '-F', String(rateHz), '-d', `${String(seconds)}s`, '--json', ...flags];
  const child = spawn(process.execPath, [...nodeFlags, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (said.stdout += text.toString('utf8')));
  child.stderr.on('data', (text: Buffer) => (said.stderr += text.toString('utf8')));
  let exitedAtMs = 0;
  child.once('exit', () => (exitedAtMs = Date.now()));
  const closed = once(child, 'close');
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const watched = await watch(child.pid ?? 0, () => exitedAtMs !== 0);
  await closed;
  process.off('exit', kill);
  const summary = summaryOf(said);
  return { cost: costWhileSampling(watched, summary), exitedAtMs, summary };
}

/** The clock of a CPU profile's times and of the kernel's nsecs. */
export const hrtimeMs = (): number => Number(process.hrtime.bigint()) / 1e6;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

interface Watched {
  readonly looks: readonly Look[];
  readonly jtracePeakBytes: number;
  readonly bpftracePeakBytes: number;
}

async function watch(pid: number, hasExited: () => boolean): Promise<Watched> {
  const looks: Look[] = [];
  let [bpftrace, jtracePeakBytes, bpftracePeakBytes]: [number | null, number, number] = [null, 0, 0];
  while (!hasExited()) {
    // Of those before it only the last one counts: the first check of the kernel runs a bpftrace of its own.
    bpftrace = looks.length > 0 ? bpftrace : bpftraceBelow(pid);
    const [own, cost] = [cpuTime(pid), bpftrace === null ? null : costOf(bpftrace)];
    if (own !== null && cost !== null && cost.probeRuns > 0) {
      const { ownSeconds: jtraceSeconds, endedChildrenSeconds } = own;
      const { probeNs, probeRuns } = cost;
      looks.push({ atMs: hrtimeMs(), jtraceSeconds, endedChildrenSeconds, bpftraceSeconds: cost.cpuNs / 1e9, probeNs, probeRuns }); // prettier-ignore
      bpftracePeakBytes = Math.max(bpftracePeakBytes, bpftrace === null ? 0 : peakBytes(bpftrace));
    }
    jtracePeakBytes = Math.max(jtracePeakBytes, peakBytes(pid));
    await sleep(POLL_MS);
  }
  return { looks, jtracePeakBytes, bpftracePeakBytes };
}

function costWhileSampling(
  { looks, jtracePeakBytes, bpftracePeakBytes }: Watched,
  { samples, durationMs }: PlainRun['summary'],
): PlainCost | null {
  const beganMs = looks[0]?.atMs ?? 0;
  const inside = looks.filter(({ atMs }) => atMs >= beganMs + EDGE_MS && atMs <= beganMs + durationMs - EDGE_MS);
  const [start, first, last] = [looks[0], inside[0], inside.at(-1)];
  if (start === undefined || first === undefined || last === undefined || first === last) return null;
  const seconds = (last.atMs - first.atMs) / 1000;
  const share = (of: (look: Look) => number): number => (of(last) - of(first)) / seconds;
  const probeCore = share(({ probeNs }) => probeNs / 1e9);
  return {
    jtraceCore: share(({ jtraceSeconds }) => jtraceSeconds),
    bpftraceCore: share(({ bpftraceSeconds }) => bpftraceSeconds),
    probeCore,
    probeUsPerSample: (probeCore * durationMs * 1000) / Math.max(1, samples),
    startCpuSeconds: start.jtraceSeconds + start.endedChildrenSeconds + start.bpftraceSeconds,
    jtracePeakBytes,
    bpftracePeakBytes,
    sampledFromMs: beganMs,
  };
}

function summaryOf(said: { readonly stdout: string; readonly stderr: string }): PlainRun['summary'] {
  let summary: unknown = null;
  try {
    summary = JSON.parse(said.stdout);
  } catch {
    // Told below.
  }
  if (!isRecord(summary)) throw new Error(`jtrace gave no summary: ${said.stderr}`);
  const number = (name: string): number => Number(summary[name]);
  return {
    samples: number('samples'),
    lost: number('lostEvents') + number('brokenSamples'),
    durationMs: number('durationMs'),
    fileBytes: list(summary['files']).map((file) => (isRecord(file) ? Number(file['bytes']) : NaN)),
  };
}
