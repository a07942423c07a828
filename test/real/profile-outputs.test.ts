// What comes out of a run by its flags: two files at once, threads and lines, without kernel or native frames, the table of the
// hottest, the JSON as documented, the program as printed.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Pid } from '../../src/model/units.ts';
import { parseFolded, samplesWith } from '../support/folded-text.ts';
import { bpftracesAtHand } from '../support/host-tools.ts';
import { isRecord } from '../support/is-record.ts';
import { JavaPrograms } from '../support/java-programs.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';
import { runJtrace } from '../support/run-jtrace.ts';

/** Objects whose keys are names of their own kind, documented as a list of values: an example of a key is enough. */
const MAPS = ['approximateReasons', 'unfinishedReasons'];

let programs: JavaPrograms;
let pid: Pid;

/** Names of all fields, at any depth. */
function fieldNames(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(fieldNames);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...(MAPS.includes(name) ? [] : fieldNames(inner))]);
}

describeOnHost('outputs of a profile', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(async () => {
    programs = new JavaPrograms('Commanded');
    ({ pid } = await programs.start('Commanded', ['forever']));
  });

  afterAll(() => programs.close());

  test('--threads --lines --no-kernel --no-native --top 5, to two files', async () => {
    const files = ['one.folded', 'two.collapsed'].map((name) => programs.path(name));
    const args = [
      'profile',
      String(pid),
      '-d',
      '2s',
      '-F',
      '199',
      '--threads',
      '--lines',
      '--no-kernel',
      '--no-native',
      '--top',
      '5',
    ];
    const { status, stdout, stderr } = await runJtrace([...args, ...files.flatMap((file) => ['-o', file])]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const texts = files.map((file) => readFileSync(file, 'utf8'));
    expect(texts[0]).toBe(texts[1]);
    const stacks = parseFolded(texts[0] ?? '');
    const worker = stacks.filter(({ frames }) => /^\[worker tid=\d+\]$/.test(frames[0] ?? ''));
    expect(samplesWith(worker, 'Commanded.earlyWork:')).toBeGreaterThan(10);
    expect(samplesWith(stacks, '_[k]')).toBe(0);
    for (const native of ['start_thread', 'Thread::call_run', 'JavaCalls::', '[native gap]'])
      expect(samplesWith(stacks, native)).toBe(0);
    const [head = '', ...rows] = stdout.split('\n').slice(0, 6);
    expect(head).toMatch(/^ *SELF % +TOTAL % {2}METHOD$/);
    for (const row of rows) expect(row).toMatch(/^ *\d+\.\d +\d+\.\d {2}\S/);
    expect(stdout.split('\n')[6]).toBe('');
    expect(
      stdout.split('\n').filter((line) => line.includes('.folded (folded') || line.includes('.collapsed (folded')),
    ).toHaveLength(2);
  });

  test('-o -: folded text alone on standard output, the summary on standard error', async () => {
    const { status, stdout, stderr } = await runJtrace(['profile', String(pid), '-d', '1s', '-o', '-']);
    expect(status, stderr).toBe(0);
    expect(samplesWith(parseFolded(stdout), 'Commanded.earlyWork')).toBeGreaterThan(5);
    expect(stderr).toMatch(/^Written {3}standard output \(folded, /m);
  });

  test('-q says nothing at all', async () => {
    const file = programs.path('quiet.folded');
    const { status, stdout, stderr } = await runJtrace(['profile', String(pid), '-q', '-d', '1s', '-o', file]);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(samplesWith(parseFolded(readFileSync(file, 'utf8')))).toBeGreaterThan(5);
  });

  test('--json: every field is documented, and the numbers agree with each other', async () => {
    const file = programs.path('json.folded');
    const { status, stdout, stderr } = await runJtrace(['profile', String(pid), '-d', '2s', '--json', '--top', '3', '-o', file]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const summary: unknown = JSON.parse(stdout);
    if (!isRecord(summary)) throw new Error('no object');
    const docs = readFileSync(join(REPOSITORY, 'docs/summary-json.md'), 'utf8');
    for (const name of fieldNames(summary)) expect(docs).toContain(`\`${name}`);
    const { samples, outcomes, leafKinds, threads, files } = summary;
    const sum = (values: readonly unknown[]): number => values.reduce((all: number, value) => all + Number(value), 0);
    expect(samples).toBe(samplesWith(parseFolded(readFileSync(file, 'utf8'))));
    if (!isRecord(outcomes) || !isRecord(leafKinds) || !Array.isArray(threads)) throw new Error(stdout);
    expect(sum([outcomes['complete'], outcomes['approximate'], outcomes['unfinished']])).toBe(samples);
    expect(sum(Object.values(leafKinds))).toBe(samples);
    expect(sum(threads.map((thread: unknown) => (isRecord(thread) ? thread['samples'] : NaN)))).toBe(samples);
    expect(files).toEqual([{ path: file, format: 'folded', bytes: readFileSync(file).length, problem: null }]);
  });

  test.each(bpftracesAtHand())('--print-program is a program that %s takes', async (bpftrace) => {
    for (const target of [[String(pid)], ['--no-kernel', '--stack-bytes', '16k', '--', 'true']]) {
      const { status, stdout, stderr } = await runJtrace(['profile', '--bpftrace', bpftrace, '--print-program', ...target]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const dry = spawnSync(bpftrace, ['-d', '-'], { input: stdout, encoding: 'utf8', maxBuffer: 1 << 27 });
      const taken = dry.status === 0 ? dry : spawnSync(bpftrace, ['--dry-run', '-'], { input: stdout, encoding: 'utf8' });
      expect(taken.status, taken.stderr).toBe(0);
      expect(taken.stderr).not.toMatch(/ERROR: (?!Unknown error -1: couldn't set RLIMIT)/);
    }
  });
});
