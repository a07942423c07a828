// test/programs/Layers.java under one JVM, profiled: its samples, and what is known to be true of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { JavaPrograms } from '../../support/java-programs.ts';
import { isRecord } from '../../support/is-record.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { AHEAD, runJtrace } from '../../support/run-jtrace.ts';

interface LayersFrame {
  readonly kind: string;
  readonly name: string;
  readonly line: number | null;
}

interface LayersSample {
  readonly thread: string;
  /** `complete`, or the outcome with its reasons. */
  readonly outcome: string;
  /** Leaf first. */
  readonly frames: readonly LayersFrame[];
}

/** What every worker runs, oldest first. */
const ROOTS = ['Layers$Worker.run', 'Layers.work', 'Layers.bottom', 'Layers.middle', 'Layers.top'] as const;
const WORKER = /^layers-worker-number-[12]$/;
const JAVA_KINDS: ReadonlySet<string> = new Set(['interpreted', 'c1', 'c2', 'inlined', 'java-native']);

/** A machine that is busy with other work gives fewer samples a second: as many runs as it takes. */
const ENOUGH_SAMPLES = 100;
const MOST_RUNS = 6;

/** Profiles a JVM that runs Layers with these options; all samples of its workers. */
export async function profileLayers(programs: JavaPrograms, options: readonly string[]): Promise<readonly LayersSample[]> {
  const jvm = await programs.start('Layers', [], options);
  const file = programs.path('layers.jsonl');
  const samples: LayersSample[] = [];
  try {
    for (let run = 0; run < MOST_RUNS && samples.length < ENOUGH_SAMPLES; run += 1) {
      const args = ['profile', String(jvm.pid), '-d', '1s', '-F', '599', '--sample-budget', '2000', '-o', file];
      const { status, stderr } = await runJtrace(args, { through: AHEAD });
      expect(status, stderr).toBe(0);
      const found = readFileSync(file, 'utf8').trim().split('\n').map(parseSample);
      samples.push(...found.filter(({ thread }) => WORKER.test(thread)));
    }
  } finally {
    await jvm.stop();
  }
  return samples;
}

/** The shares of complete stacks, and every stack complete from entry to leaf in the order that the program calls. */
export function expectLayers(samples: readonly LayersSample[], leastComplete: number): void {
  expect(samples.length).toBeGreaterThanOrEqual(ENOUGH_SAMPLES);
  const others = samples.filter(({ outcome }) => outcome !== 'complete');
  console.log(`layers: ${String(samples.length)} samples, ${String(others.length)} not complete`);
  for (const { outcome, frames } of others)
    console.log(`  ${outcome}: ${frames.slice(0, 4).map(({ name }) => name).join(' < ')}`); // prettier-ignore
  expect(1 - others.length / samples.length).toBeGreaterThanOrEqual(leastComplete);
  const lines = sourceLines();
  for (const { outcome, frames } of samples) {
    if (outcome !== 'complete') continue;
    const java = frames.filter(({ kind }) => JAVA_KINDS.has(kind)).reverse();
    const roots = java.slice(0, ROOTS.length).map(({ name }) => name);
    expect(roots).toEqual(ROOTS.slice(0, roots.length));
    // What a caller stands on is exact: these methods have one line each.
    for (const { name, line } of java.slice(0, -1)) if (lines.has(name)) expect(line, name).toBe(lines.get(name));
  }
  expect(samples.filter(({ frames }) => frames.length > 100).length, 'deep stacks').toBeGreaterThan(0);
}

/** Kinds of Java frames seen. */
export function kindsOf(samples: readonly LayersSample[]): ReadonlySet<string> {
  return new Set(samples.flatMap(({ frames }) => frames.map(({ kind }) => kind)).filter((kind) => JAVA_KINDS.has(kind)));
}

function sourceLines(): ReadonlyMap<string, number> {
  const source = readFileSync(join(REPOSITORY, 'test/programs/Layers.java'), 'utf8').split('\n');
  const lineOf = (method: string): number => source.findIndex((line) => line.includes(`static int ${method}(Kind kind`)) + 1;
  return new Map(['bottom', 'middle', 'top'].map((method) => [`Layers.${method}`, lineOf(method)]));
}

function parseSample(text: string): LayersSample {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || !isRecord(value['outcome']) || !Array.isArray(value['frames'])) throw new Error(text);
  const { kind, reason, reasons } = value['outcome'];
  const frames = value['frames'].filter(isRecord).map((frame) => ({
    kind: String(frame['kind']),
    name: String(frame['name']),
    line: typeof frame['line'] === 'number' ? frame['line'] : null,
  }));
  const why = Array.isArray(reasons) ? reasons.join(', ') : typeof reason === 'string' ? reason : '';
  return { thread: String(value['thread']), outcome: why === '' ? String(kind) : `${String(kind)}: ${why}`, frames };
}
