// How long a million samples take to fold and to draw: by jtrace, and by flamegraph.pl (FLAMEGRAPH_DIR) and inferno-flamegraph (PATH) from the
// same folded text, in turns; peak memory.

import { spawnSync } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../../support/repository.ts';
import type { Section, SectionOptions, SectionResult } from '../section.ts';
import { median } from '../statistics.ts';
import { SYNTHETIC_DEPTH, syntheticRecording } from '../synthetic-recording.ts';
import { grouped } from '../units.ts';

const WHOLE = { samples: 1_000_000, stacks: 50_000, rounds: 5 } as const;
const QUICK = { samples: 10_000, stacks: 1000, rounds: 1 } as const;
/** Of one run; a tool that takes longer is not measured. */
const LIMIT_MS = 600_000;

export const RENDER_SECTION: Section = {
  name: 'render',
  what: 'a million samples folded and drawn, beside flamegraph.pl and inferno',
  measure,
};

interface Way {
  readonly name: string;
  readonly command: readonly string[];
  /** Where the tool writes its standard output; null: it writes a file. */
  readonly stdout: string | null;
}

interface Run {
  readonly ms: number;
  readonly peakMegabytes: number;
}

function measure({ quick, log }: SectionOptions): Promise<SectionResult> {
  const { rounds, ...size } = quick ? QUICK : WHOLE;
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-render-'));
  try {
    const input = join(folder, 'samples.jtrace');
    for (const piece of syntheticRecording(size)) appendFileSync(input, piece);
    // The first writes the folded text that the others read.
    const results = ways(folder, input, join(folder, 'out.folded')).map((way) => ({ way, runs: [] as Run[] }));
    for (let round = 0; round < rounds; round += 1)
      for (const { way, runs } of results) {
        log(`round ${String(round + 1)}: ${way.name}`);
        runs.push(runWay(way));
      }
    return Promise.resolve({
      tables: [{ head: ['what', 'seconds', 'peak MB'], rows: results.map(({ way, runs }) => row(way.name, runs)) }],
      notes: [
        `${grouped(size.samples)} samples, ${grouped(size.stacks)} stacks of ${String(SYNTHETIC_DEPTH)} frames, median of ${String(rounds)}, whole processes.`,
        ...missing(results.map(({ way }) => way.name)),
      ],
      data: results.map(({ way, runs }) => ({ name: way.name, runs })),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ways(folder: string, input: string, folded: string): readonly Way[] {
  const convert = (from: string, ending: string): Way => ({
    name: `jtrace: ${from === input ? '.jtrace' : 'folded text'} to ${ending}`,
    command: [process.execPath, join(REPOSITORY, 'bin/jtrace.js'), 'convert', from, '-q', '-o', join(folder, `out.${ending}`)],
    stdout: null,
  });
  const found = [convert(input, 'folded'), convert(folded, 'svg'), convert(folded, 'html'), convert(input, 'html')];
  const script = join(process.env['FLAMEGRAPH_DIR'] ?? '', 'flamegraph.pl');
  if (process.env['FLAMEGRAPH_DIR'] !== undefined && existsSync(script))
    found.push({
      name: 'flamegraph.pl: folded text to svg',
      command: ['perl', script, folded],
      stdout: join(folder, 'perl.svg'),
    });
  if (spawnSync('inferno-flamegraph', ['--help']).status === 0)
    found.push({ name: 'inferno: folded text to svg', command: ['inferno-flamegraph', folded], stdout: join(folder, 'inferno.svg') }); // prettier-ignore
  return found;
}

function missing(names: readonly string[]): readonly string[] {
  const has = (word: string): boolean => names.some((name) => name.startsWith(word));
  return [
    ...(has('flamegraph.pl') ? [] : ['flamegraph.pl was not at hand (FLAMEGRAPH_DIR).']),
    ...(has('inferno') ? [] : ['inferno-flamegraph was not at hand (PATH).']),
  ];
}

/** `time -v` of GNU tells the peak of the process itself. */
function runWay({ name, command, stdout }: Way): Run {
  const output = stdout === null ? null : openSync(stdout, 'w');
  try {
    const startMs = performance.now();
    const { status, stderr } = spawnSync('/usr/bin/time', ['-v', ...command], {
      stdio: ['ignore', output ?? 'ignore', 'pipe'],
      encoding: 'utf8',
      timeout: LIMIT_MS,
      maxBuffer: 1 << 26,
    });
    const ms = performance.now() - startMs;
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    return { ms, peakMegabytes: Number(/Maximum resident set size \(kbytes\): (\d+)/.exec(stderr)?.[1]) / 1024 };
  } finally {
    if (output !== null) closeSync(output);
  }
}

function row(name: string, runs: readonly Run[]): readonly string[] {
  const peak = Math.max(...runs.map(({ peakMegabytes }) => peakMegabytes));
  return [name, (median(runs.map(({ ms }) => ms)) / 1000).toFixed(2), peak.toFixed(0)];
}
