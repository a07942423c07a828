// Runs a script of the catalogue on one bpftrace beside a program under test that waits until every probe is attached, and gives what
// the script said: lines, and maps at its end. Plain bpftrace, its JSON read as far as the scripts use it.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { findBpftrace } from '../../src/bpftrace/find.ts';
import { loadScript } from '../../src/catalogue/load-script.ts';
import type { Dialect } from '../../src/model/dialect.ts';
import { dialectFor } from '../../src/program/dialects.ts';
import { countedTextEdits } from '../../src/script/counted-text.ts';
import { parseScript } from '../../src/script/program-structure.ts';
import { RewrittenScript } from '../../src/script/rewrite.ts';
import { confinement } from '../../src/script/script-edits.ts';
import { isRecord } from './is-record.ts';
import { REPOSITORY } from './repository.ts';

/** A map of JSON as bpftrace prints it: key → number, or buckets of a histogram. */
type MapValues = Readonly<Record<string, unknown>>;

export interface ScriptRun {
  /** What it printed, without empty lines. */
  readonly lines: readonly string[];
  readonly maps: ReadonlyMap<string, MapValues>;
  /** Of the program under test. */
  readonly pid: number;
  /** Time in the script's probes and how often they ran, by the kernel's count (0 where it does not count). */
  readonly spentNs: number;
  readonly hits: number;
}

export interface Workload {
  /** Program and arguments. It prints its process's number as its first line, waits for a line, works, and ends with 0. */
  readonly command: readonly string[];
  /** Values of the script's parameters. */
  readonly values?: (pid: number) => Readonly<Record<string, string>>;
  /** The script is confined to it, as by `-p`. */
  readonly isConfined?: boolean;
  /** When a script prints lines: it is ended once one of them matches. */
  readonly untilLine?: RegExp;
  /** How it must end: a signal's name; otherwise with 0. */
  readonly endsBy?: NodeJS.Signals;
}

/** Compiles known-events.c; the path of the program. */
export function buildKnownEvents(): string {
  const program = join(dirSync({ unsafeCleanup: true }).name, 'known-events');
  const source = join(REPOSITORY, 'test/programs/known-events.c');
  const { status, stderr } = spawnSync('cc', ['-O1', '-o', program, source, '-lutil', '-pthread'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return program;
}

/** In the order in which bpftrace's own output tells it: printed from the loop that runs once all probes are attached. */
const READY = 'READY';

export async function runScript(bpftrace: string, script: string, workload: Workload): Promise<ScriptRun> {
  const [program = '', ...args] = workload.command;
  const worker = spawn(program, args);
  const [first] = (await once(worker.stdout, 'data')) as [Buffer];
  const pid = Number(first.toString().split('\n')[0]);
  const { source, needs } = loadScript(script, new Map(Object.entries(workload.values?.(pid) ?? {})));
  const dialect = dialectFor((await findBpftrace({ path: bpftrace, searchPath: '' })).version);
  const tracer = spawn(bpftrace, [...(needs.features.includes('unsafe') ? ['--unsafe'] : []), '-f', 'json', '-'], {
    env: { ...process.env, ...stringSetting(dialect, needs.stringBytes) },
  });
  const text = prepared(source.text, dialect, workload.isConfined === true ? pid : null);
  const said = new Said(tracer);
  tracer.stdin.end(`${text}\ninterval:ms:50 { printf("${READY}\\n"); }\n`);
  try {
    await said.until((text) => text.includes(READY));
    worker.stdin.write('go\n');
    const ended = once(worker, 'close');
    // A program's own output must not fill its pipe.
    worker.stdout.resume();
    const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
    if (signal !== (workload.endsBy ?? null) || (signal === null && code !== 0))
      throw new Error(`${program} ${args.join(' ')} ended with ${code ?? signal ?? 'nothing'}`);
    const { untilLine } = workload;
    if (untilLine !== undefined) await said.until((text) => untilLine.test(text));
    const { spentNs, hits } = probeStatistics(tracer.pid ?? 0);
    tracer.kill('SIGINT');
    await said.end;
    return { ...readJson(said.text), pid, spentNs, hits };
  } finally {
    worker.kill('SIGKILL');
    tracer.kill('SIGKILL');
  }
}

/** As `jtrace run` does it. */
function prepared(text: string, { countsNul }: Dialect, confinedTo: number | null): string {
  const program = parseScript(text);
  const { edits, mixed } = confinedTo === null ? { edits: [], mixed: [] } : confinement(program, `pid == ${String(confinedTo)}`);
  if (mixed.length > 0) throw new Error('it cannot be confined');
  return new RewrittenScript(text, [...edits, ...countedTextEdits(program, countsNul)]).text;
}

function stringSetting({ stringVariable }: Dialect, bytes: number | null): Record<string, string> {
  return bytes === null || stringVariable === null ? {} : { [stringVariable]: String(bytes) };
}

/** What a child prints, and waiting for it. */
class Said {
  text = '';
  private errors = '';
  private readonly child: ChildProcessWithoutNullStreams;
  readonly end: Promise<unknown>;
  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    child.stdout.on('data', (data: Buffer) => (this.text += data.toString()));
    child.stderr.on('data', (data: Buffer) => (this.errors += data.toString()));
    this.end = once(child, 'close');
  }
  async until(enough: (text: string) => boolean): Promise<void> {
    while (!enough(this.text)) {
      await Promise.race([once(this.child.stdout, 'data'), this.end]);
      if (this.child.exitCode !== null && !enough(this.text))
        throw new Error(`bpftrace ended: ${this.errors}${this.text.slice(-2000)}`);
    }
  }
}

function readJson(text: string): Pick<ScriptRun, 'lines' | 'maps'> {
  let printed = '';
  const maps = new Map<string, MapValues>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const event: unknown = JSON.parse(line);
    if (!isRecord(event)) continue;
    const { type, data } = event;
    // `join` ends a line, which JSON leaves out; READY may stand between two pieces of one.
    if (typeof data === 'string')
      printed += data === `${READY}\n` ? '' : type === 'join' && !data.endsWith('\n') ? `${data}\n` : data;
    else if (isRecord(data) && (type === 'map' || type === 'hist' || type === 'stats')) {
      for (const [name, values] of Object.entries(data)) maps.set(name, isRecord(values) ? values : { '': values });
    }
  }
  return { lines: printed.split('\n').filter((line) => line.trim() !== ''), maps };
}

/** The number of one entry of a map; 0 when it is not there. */
export function countOf(run: ScriptRun, map: string, key: string): number {
  const value = run.maps.get(map)?.[key];
  return typeof value === 'number' ? value : 0;
}

/** How many values a histogram holds. */
export function histogramCount(run: ScriptRun, map: string, key: string): number {
  return bucketsOf(run, map, key).reduce((sum, bucket) => sum + bucket.count, 0);
}

export function bucketsOf(run: ScriptRun, map: string, key: string): readonly { min: number; max: number; count: number }[] {
  const buckets: unknown = run.maps.get(map)?.[key];
  if (!Array.isArray(buckets)) return [];
  return (buckets as unknown[]).filter(isRecord).map(({ min, max, count }) => ({
    min: Number(min ?? -Infinity),
    max: Number(max ?? Infinity),
    count: Number(count),
  }));
}

/** `kernel.bpf_stats_enabled` makes the kernel count; the numbers are in the descriptors of the programs. */
function probeStatistics(pid: number): { readonly spentNs: number; readonly hits: number } {
  let [spentNs, hits] = [0, 0];
  for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
    const info = readOrEmpty(`/proc/${pid}/fdinfo/${fd}`);
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(info)?.[1] ?? 0);
    // Perf events hold a reference to their program and show its numbers, too.
    if (!/^prog_tag:/m.test(info) || /^link_type:|^perf/m.test(info)) continue;
    spentNs += field('run_time_ns');
    hits += field('run_cnt');
  }
  return { spentNs, hits };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // closed meanwhile
  }
}
