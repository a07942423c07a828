// One run of `jtrace profile` on a process: starts it (tapped-jtrace.ts), says when it samples, ends it, and gives what it wrote, what
// it noted of each sample and what it cost.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRecord } from '../support/is-record.ts';
import { REPOSITORY } from '../support/repository.ts';
import { type BpftraceCost, watchBpftrace } from './capture-cost.ts';
import { isTapMessage, type TapMessage, type TapNotes } from './tap.ts';

/** Under load bpftrace and tsx take seconds to start. */
const START_TIMEOUT_MS = 60_000;

export interface JtraceCost extends BpftraceCost {
  /** Of jtrace's own process while it sampled, and before. */
  readonly jtraceCpuNs: number;
  readonly jtraceStartCpuNs: number;
}

export interface JtraceRun {
  readonly notes: TapNotes;
  readonly lostEvents: number;
  readonly brokenSamples: number;
  /** Of sampling, as the summary says. */
  readonly durationMs: number;
  readonly cost: JtraceCost;
}

export interface RunningJtrace {
  /** Sends Ctrl-C (unless it ends by its own duration) and settles when all is written. */
  finish(how: 'interrupt' | 'wait'): Promise<JtraceRun>;
}

/** Settles when the first sample has arrived. `duration` as jtrace's own flag wants it. */
export async function startJtrace(
  pid: number,
  options: { readonly duration: string; readonly rateHz: number },
): Promise<RunningJtrace> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-bench-'));
  const folded = join(folder, 'profile.folded');
  const flags = ['-F', String(options.rateHz), '-d', options.duration, '--json', '--threads', '-o', folded];
  const program = join(REPOSITORY, 'test/bench/tapped-jtrace.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, 'profile', String(pid), ...flags], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (text: Buffer) => (said.stdout += text.toString('utf8')));
  child.stderr?.on('data', (text: Buffer) => (said.stderr += text.toString('utf8')));
  const messages: TapMessage[] = [];
  const sampling = new Promise<void>((resolve, reject) => {
    child.on('message', (message: unknown) => {
      if (!isTapMessage(message)) return;
      messages.push(message);
      if (message.kind === 'sampling') resolve();
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`jtrace ended with ${String(code)} before it sampled: ${said.stderr}`)));
    setTimeout(
      () => reject(new Error(`jtrace took no sample in ${START_TIMEOUT_MS} ms: ${said.stderr}`)),
      START_TIMEOUT_MS,
    ).unref();
  });
  const closed = once(child, 'close');
  try {
    await sampling;
  } catch (error) {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const watch = watchBpftrace(child.pid ?? 0);
  return {
    async finish(how) {
      if (how === 'interrupt') child.kill('SIGINT');
      await closed;
      const cost = watch.stop();
      const text = readFileSync(folded, 'utf8');
      rmSync(folder, { recursive: true, force: true });
      return finishedRun(messages, said, text, cost);
    },
  };
}

function finishedRun(
  messages: readonly TapMessage[],
  said: { readonly stdout: string; readonly stderr: string },
  folded: string,
  bpftrace: BpftraceCost,
): JtraceRun {
  const start = messages.find(({ kind }) => kind === 'sampling');
  const end = messages.find((message) => message.kind === 'ended');
  if (start === undefined || end === undefined) throw new Error(`jtrace broke off: ${said.stderr}`);
  const summary: unknown = JSON.parse(said.stdout);
  if (!isRecord(summary)) throw new Error('the summary is no object');
  const [samples, lostEvents, brokenSamples, durationMs] = ['samples', 'lostEvents', 'brokenSamples', 'durationMs'].map(
    (name) => {
      const value = summary[name];
      if (typeof value !== 'number') throw new Error(`the summary has no number ${name}`);
      return value;
    },
  ) as [number, number, number, number];
  const inFolded = folded.trimEnd().split('\n').reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0); // prettier-ignore
  // The tap must have seen what the user gets.
  const noted = end.notes.tid.length;
  if (samples !== noted || inFolded !== noted)
    throw new Error(`${noted} samples resolved, ${samples} in the summary, ${inFolded} in the folded file`);
  const cost = {
    ...bpftrace,
    jtraceCpuNs: (end.cpuUs - start.cpuUs) * 1000,
    jtraceStartCpuNs: start.cpuUs * 1000,
  };
  return { notes: end.notes, lostEvents, brokenSamples, durationMs, cost };
}
