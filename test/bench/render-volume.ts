// A recording of a million samples (50,000 distinct stacks, 30 frames deep): how long `jtrace convert` takes to fold and to draw it, and
// flamegraph.pl (FLAMEGRAPH_DIR) and inferno-flamegraph (PATH) on the folded text of it, in alternation, median of ROUNDS; peak memory.
// Run: npx tsx test/bench/render-volume.ts, after npm run build, on a machine that does nothing else.

import { spawnSync } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame } from '../../src/model/frame.ts';
import { asPid, asTid } from '../../src/model/units.ts';
import { createProfileBuilder } from '../../src/profile/profile-builder.ts';
import { encodeRecording } from '../../src/recording/encode.ts';
import { frame, recording } from '../support/recordings.ts';
import { REPOSITORY } from '../support/repository.ts';

const SAMPLES = 1_000_000;
const STACKS = 50_000;
const DEPTH = 30;
const THREADS = 16;
const PERIOD_NS = 10_101_010;
/** JTRACE_ROUNDS=1 for a first look. */
const ROUNDS = Number(process.env['JTRACE_ROUNDS'] ?? 5);
/** Of one run; a tool that takes longer is not measured. */
const LIMIT_MS = 600_000;

interface Way {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Where the tool writes to standard output. */
  readonly stdout: string | null;
}

/** Numbers that are the same every time. */
function pseudoRandom(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
}

/** A recording at 99 Hz; stacks share their beginnings as calls do. */
function syntheticRecording(): Iterable<Uint8Array> {
  const next = pseudoRandom();
  const made = new Map<string, Frame>();
  const frameAt = (depth: number): Frame => {
    const name = `com/acme/pkg${String(next(4))}/Class${String(depth)}.method${String(next(3))}`;
    const known = made.get(name) ?? frame(name);
    made.set(name, known);
    return known;
  };
  const stacks: (readonly Frame[])[] = [Array.from({ length: DEPTH }, (_, depth) => frameAt(depth))];
  while (stacks.length < STACKS) {
    const caller = stacks[next(stacks.length)] ?? [];
    const keep = 3 + next(DEPTH - 4);
    stacks.push([...caller.slice(0, keep), ...Array.from({ length: DEPTH - keep }, (_, i) => frameAt(keep + i))]);
  }
  const leafFirst = stacks.map((oldestFirst) => [...oldestFirst].reverse());
  const builder = createProfileBuilder('samples');
  for (let i = 0; i < SAMPLES; i += 1) {
    const facts = { pid: asPid(1), tid: asTid(1 + next(THREADS)), timeNs: i * PERIOD_NS, pc: 0, weight: 1 };
    builder.add(facts, { frames: leafFirst[next(STACKS)] ?? [], outcome: { kind: 'complete' }, hasJava: true });
  }
  const { profile, facts } = recording(builder.build());
  return encodeRecording(profile, facts);
}

function ways(folder: string, input: string, folded: string): readonly Way[] {
  const found: Way[] = ['folded', 'svg', 'html'].map((ending) => ({
    name: `jtrace convert, ${ending}`,
    command: process.execPath,
    args: [join(REPOSITORY, 'bin/jtrace.js'), 'convert', input, '-q', '-o', join(folder, `out.${ending}`)],
    stdout: null,
  }));
  const script = join(process.env['FLAMEGRAPH_DIR'] ?? '', 'flamegraph.pl');
  if (process.env['FLAMEGRAPH_DIR'] !== undefined && existsSync(script))
    found.push({ name: 'flamegraph.pl, svg', command: 'perl', args: [script, folded], stdout: join(folder, 'perl.svg') });
  if (spawnSync('inferno-flamegraph', ['--help']).status === 0)
    found.push({ name: 'inferno-flamegraph, svg', command: 'inferno-flamegraph', args: [folded], stdout: join(folder, 'inferno.svg') }); // prettier-ignore
  return found;
}

/** `time -v` of GNU tells the peak of the process itself. */
function run({ name, command, args, stdout }: Way): { readonly ms: number; readonly peakMegabytes: number } {
  const fd = stdout === null ? 'ignore' : openSync(stdout, 'w');
  const startMs = performance.now();
  const options = { stdio: ['ignore', fd, 'pipe'], encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 1 << 26 } as const;
  const { status, stderr } = spawnSync('/usr/bin/time', ['-v', command, ...args], { ...options, stdio: [...options.stdio] });
  const ms = performance.now() - startMs;
  if (typeof fd === 'number') closeSync(fd);
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return { ms, peakMegabytes: Number(/Maximum resident set size \(kbytes\): (\d+)/.exec(stderr)?.[1] ?? Number.NaN) / 1024 };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const folder = mkdtempSync(join(tmpdir(), 'jtrace-render-'));
try {
  const input = join(folder, 'samples.jtrace');
  for (const piece of syntheticRecording()) appendFileSync(input, piece);
  const compared = ways(folder, input, join(folder, 'out.folded')); // jtrace's folded text comes first, and is what the others draw
  const results = compared.map((way) => ({ way, runs: [] as ReturnType<typeof run>[] }));
  for (let round = 0; round < ROUNDS; round += 1) for (const { way, runs } of results) runs.push(run(way));
  const base = median(results[0]?.runs.map(({ ms }) => ms) ?? []);
  console.log(`${String(SAMPLES)} samples, ${String(STACKS)} stacks of ${String(DEPTH)} frames, median of ${String(ROUNDS)}`);
  console.log('| what | seconds | ratio to jtrace folded | peak MB |\n|---|---:|---:|---:|');
  for (const { way, runs } of results) {
    const ms = median(runs.map((one) => one.ms));
    const peak = Math.max(...runs.map(({ peakMegabytes }) => peakMegabytes));
    console.log(`| ${way.name} | ${(ms / 1000).toFixed(2)} | ${(ms / base).toFixed(2)} | ${peak.toFixed(0)} |`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
