// A run: as many threads as asked for, each with every so-manieth case, watched: a thread that stays at one case, or wants more memory
// than it may have, is ended, which is a finding, and another goes on behind that case.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { bundleWorker, type SourcePatch } from './bundle.ts';
import type { Finding, TargetTally, Task, WorkerMessage } from './messages.ts';

export interface RunOptions extends Pick<Task, 'seed' | 'target' | 'stopsAtFinding' | 'given'> {
  /** Numbers of the cases: from `first` on, so many. */
  readonly first: number;
  readonly cases: number;
  readonly threads: number;
  /** A bug put into the sources; null: as they are. */
  readonly patch: SourcePatch | null;
  /** How long one case may take on the clock: for what no counter sees, such as a pattern that goes back without end. */
  readonly hangMs: number;
}

export interface RunResult {
  readonly findings: readonly Finding[];
  readonly tallies: Readonly<Record<string, TargetTally>>;
  readonly seconds: number;
  /** Of all threads: other programs on the machine do not count. */
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  readonly peakHeapBytes: number;
}

/** Of one thread's heap: what a case, and all that is kept between cases, may hold. */
const MAX_HEAP_MB = 768;
const WATCH_MS = 500;

export async function runFuzz(options: RunOptions): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-fuzz-'));
  try {
    const program = join(folder, 'worker.mjs');
    await bundleWorker(program, options.patch);
    return await runProgram(program, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runProgram(program: string, options: RunOptions): Promise<RunResult> {
  const startMs = performance.now();
  const cpuAtStart = process.cpuUsage();
  const found: Finding[] = [];
  const tallies: Record<string, TargetTally> = {};
  const peak = { rss: 0, heap: 0 };
  const watch = setInterval(() => (peak.rss = Math.max(peak.rss, process.memoryUsage.rss())), WATCH_MS);
  const thread = async (which: number): Promise<void> => {
    const end = options.first + options.cases;
    for (let first: number | null = options.first + which; first !== null;) {
      const { lastCase, problem } = await runWorker(program, { ...options, first, end, stride: options.threads, given: which === 0 && first === options.first ? options.given : [] }, options.hangMs, (message) => {
        if (message.kind === 'finding') found.push(message.finding);
        else {
          addTallies(tallies, message.tallies);
          peak.heap = Math.max(peak.heap, message.heapBytes);
        }
      }); // prettier-ignore
      if (problem !== null) found.push({ target: options.target ?? '(by its number)', index: lastCase, problem, fuzzCase: null });
      const next = lastCase + options.threads;
      first = problem !== null && !options.stopsAtFinding && next < end ? next : null;
    }
  };
  await Promise.all(Array.from({ length: options.threads }, (_, which) => thread(which)));
  clearInterval(watch);
  peak.rss = Math.max(peak.rss, process.memoryUsage.rss());
  const cpu = process.cpuUsage(cpuAtStart);
  const seconds = (performance.now() - startMs) / 1000;
  return {
    findings: found,
    tallies,
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    peakRssBytes: peak.rss,
    peakHeapBytes: peak.heap,
  };
}

/** Ends when the worker does, or is ended: then `problem` says why, and `lastCase` where. */
function runWorker(
  program: string,
  task: Omit<Task, 'progress'>,
  hangMs: number,
  onMessage: (message: WorkerMessage) => void,
): Promise<{ readonly lastCase: number; readonly problem: string | null }> {
  const { seed, target, first, stride, end, stopsAtFinding, given } = task;
  const progress = new SharedArrayBuffer(4);
  const at = new Int32Array(progress).fill(first);
  const workerData: Task = { seed, target, first, stride, end, stopsAtFinding, given, progress };
  const worker = new Worker(program, { workerData, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
  return new Promise((resolve) => {
    let problem: string | null = null;
    let [last, sinceMs] = [-1, performance.now()];
    const watch = setInterval(() => {
      const now = at[0] ?? 0;
      if (now !== last) [last, sinceMs] = [now, performance.now()];
      else if (performance.now() - sinceMs > hangMs) {
        problem ??= `hung for ${String(hangMs / 1000)} s`;
        void worker.terminate();
      }
    }, WATCH_MS);
    worker.on('message', onMessage);
    worker.on('error', (error) => (problem ??= `ended the thread: ${error.message}`));
    worker.on('exit', () => {
      clearInterval(watch);
      resolve({ lastCase: at[0] ?? first, problem });
    });
  });
}

function addTallies(to: Record<string, TargetTally>, more: Readonly<Record<string, TargetTally>>): void {
  for (const [name, { cases, outcomes, ...most }] of Object.entries(more)) {
    const sum = (to[name] ??= { cases: 0, outcomes: {}, steps: 0, allocatedBytes: 0, largestBlockBytes: 0, milliseconds: 0 });
    sum.cases += cases;
    sum.milliseconds += most.milliseconds;
    for (const [word, count] of Object.entries(outcomes)) sum.outcomes[word] = (sum.outcomes[word] ?? 0) + count;
    for (const key of ['steps', 'allocatedBytes', 'largestBlockBytes'] as const) sum[key] = Math.max(sum[key], most[key]);
  }
}
