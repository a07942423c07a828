// The tools that look at the server, each begun beside a measurement and ended with what it found: jtrace, perf with copies of stacks
// (--call-graph dwarf) and with frame pointers, and the poor man's profiler: gdb once a second, as pt-pmp does it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRecording } from '../../../src/app/open-recording.ts';
import { programBelow } from '../capture-cost.ts';
import { sampleWithJtrace } from '../sample-with-jtrace.ts';
import { stacksOfGdb } from './gdb-backtraces.ts';
import { parseLostSamples } from './perf-stats.ts';
import { watchStops } from './stop-watch.ts';
import { addStacks, stacksOfProfile, type ToolStacks } from './tool-stacks.ts';

const RATE_HZ = 99;
/** Between the beginnings of two looks of gdb's; one that takes longer is waited for. */
const GDB_PERIOD_MS = 1000;
const POLL_MS = 20;
const START_TIMEOUT_MS = 60_000;

export interface Found {
  readonly stacks: ToolStacks;
  /** The tool's own files on disk: a recording, perf.data, backtraces. */
  readonly bytes: number;
  /** null: the tool has no such thing. */
  readonly lost: number | null;
  /** Of the whole process; null: nothing stops it. */
  readonly longestStopMs: number | null;
}

export interface BeginOptions {
  readonly pid: number;
  readonly seconds: number;
  /** Goes before every command. */
  readonly starter: readonly string[];
  /** Of the profiled program's file. */
  readonly program: string;
}

export interface ServerTool {
  readonly name: string;
  readonly command: string;
  /** Ticks a CPU second; null: it does not sample by CPU time. */
  readonly rateHz: number | null;
  /** Settles when it samples; what it gives waits for its end and for all work after it. */
  readonly begin: (options: BeginOptions) => Promise<() => Promise<Found>>;
}

export const JTRACE: ServerTool = {
  name: 'jtrace',
  command: `jtrace profile PID -F ${String(RATE_HZ)} -o x.jtrace`,
  rateHz: RATE_HZ,
  async begin({ pid, seconds, starter, program }) {
    const found: Found[] = [];
    const use = async (path: string): Promise<void> => {
      const { profile, facts } = await openRecording(path);
      const lost = facts.run === null ? null : facts.run.lostEvents + facts.run.brokenSamples;
      found.push({ stacks: stacksOfProfile(profile, program), bytes: statSync(path).size, lost, longestStopMs: null });
    };
    const end = await sampleWithJtrace(pid, RATE_HZ, seconds, { starter, use });
    return async () => {
      await end();
      const [one] = found;
      if (one === undefined) throw new Error('jtrace left no recording');
      return one;
    };
  },
};

export interface PerfOptions {
  /** As perf's flag wants it. */
  readonly callGraph: string;
  /**
   * A timer for each thread of the server (`-p`), which starts whenever the thread is switched to, or for each CPU (`-a`), of which the server's
   * samples are taken.
   */
  readonly scope: 'threads' | 'cpus';
}

export function perf(options: PerfOptions): ServerTool {
  const { callGraph, scope } = options;
  const [of, taken] = scope === 'cpus' ? ['-a', ' --pid PID'] : ['-p PID', ''];
  return {
    name: scope === 'cpus' ? `perf ${callGraph}, -a` : `perf ${callGraph}`,
    command: `perf record -F ${String(RATE_HZ)} --call-graph ${callGraph} ${of} -o perf.data; perf script --no-inline${taken} -i perf.data`,
    rateHz: RATE_HZ,
    begin: (beginning) => beginPerf(options, beginning),
  };
}

async function beginPerf(
  { callGraph, scope }: PerfOptions,
  { pid, seconds, starter, program }: BeginOptions,
): Promise<() => Promise<Found>> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-bench-'));
  const [data, text, stats] = ['perf.data', 'script.txt', 'stats.txt'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const [of, taken] = scope === 'cpus' ? [['-a'], ['--pid', String(pid)]] : [['-p', String(pid)], []];
  const record = ['perf', 'record', '-F', String(RATE_HZ), '--call-graph', callGraph, ...of, '-o', data];
  const recording = run([...starter, ...record, '--', 'sleep', String(seconds)]);
  // Its sleep has begun: so have its events.
  for (const untilMs = Date.now() + START_TIMEOUT_MS; programBelow(recording.pid, 'sleep') === null;) {
    if (recording.hasEnded() || Date.now() > untilMs) throw new Error(`perf did not sample: ${await recording.end()}`);
    await sleep(POLL_MS);
  }
  return async () => {
    try {
      await recording.end();
      // Names inlined functions by an addr2line for every file otherwise: most of the time it takes, and the others name none.
      const fields = 'comm,pid,tid,time,event,ip,sym,symoff,dso';
      const script = ['perf', 'script', '--no-inline', ...taken, '-F', fields, '-i', data];
      await run([...starter, ...script], text).end();
      // Not in the group: only we want to know.
      await run(['perf', 'report', '--stats', '-i', data], stats).end();
      const lost = parseLostSamples(readFileSync(stats, 'utf8'));
      const { profile } = await openRecording(text);
      return { stacks: stacksOfProfile(profile, program), bytes: statSync(data).size, lost, longestStopMs: null };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

export const GDB: ServerTool = {
  name: 'gdb, once a second',
  command: `gdb -batch -ex 'set pagination 0' -ex 'thread apply all bt' -p PID`,
  rateHz: null,
  begin({ pid, seconds, starter, program }) {
    const looking = lookAgain(pid, seconds, starter, program);
    // Told by whoever waits for the end.
    looking.catch(() => undefined);
    return Promise.resolve(() => looking);
  },
};

async function lookAgain(pid: number, seconds: number, starter: readonly string[], program: string): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-bench-'));
  const found: ToolStacks[] = [];
  let [bytes, longestStopMs] = [0, 0];
  try {
    for (const endMs = performance.now() + seconds * 1000; performance.now() < endMs;) {
      const nextMs = performance.now() + GDB_PERIOD_MS;
      const path = join(folder, String(found.length));
      const gdb = ['gdb', '-batch', '-ex', 'set pagination 0', '-ex', 'thread apply all bt', '-p', String(pid)];
      const stop = watchStops(pid);
      try {
        await run([...starter, ...gdb], path).end();
      } finally {
        longestStopMs = Math.max(longestStopMs, stop());
      }
      const text = readFileSync(path, 'utf8');
      bytes += text.length;
      found.push(stacksOfGdb(text, program));
      await sleep(Math.max(0, nextMs - performance.now()));
    }
    return { stacks: addStacks(found), bytes, lost: null, longestStopMs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Running {
  readonly pid: number;
  hasEnded(): boolean;
  /** What it said on standard error. Throws when it failed. */
  end(): Promise<string>;
}

/** Standard output goes into the file. */
function run(command: readonly string[], output: string | null = null): Running {
  const file = output === null ? null : openSync(output, 'w');
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', file ?? 'ignore', 'pipe'] });
  if (file !== null) closeSync(file);
  let said = '';
  child.stderr?.on('data', (text: Buffer) => (said = `${said}${text.toString('utf8')}`.slice(-4000)));
  const closed = once(child, 'close');
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    pid: child.pid ?? 0,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async end() {
      await closed;
      process.off('exit', kill);
      if (child.exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${String(child.exitCode)}: ${said}`);
      return said;
    },
  };
}
