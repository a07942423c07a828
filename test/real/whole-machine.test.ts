// `--all`: a JVM, Node, Python, hundreds of short processes and threads of the kernel in one profile, the process first; what ends is let
// go of again.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseFolded } from '../support/folded-text.ts';
import { JavaPrograms } from '../support/java-programs.ts';
import { describeOnHost } from '../support/require-host.ts';
import { runJtrace, startJtrace, until } from '../support/run-jtrace.ts';

/** Each runs for some milliseconds: a few are sampled, most never. */
const SHORT = 'while :; do sh -c "i=0; while [ \\$i -lt 3000 ]; do i=\\$((i+1)); done"; done';
/** Each open process costs three descriptors; the machine of the test has fewer than a hundred that are busy at once. */
const MOST_DESCRIPTORS = 400;

/** Eight seconds on an idle machine. */
const PATIENCE_MS = 300_000;

let programs: JavaPrograms;
let folder = '';
const others: ChildProcess[] = [];

describeOnHost('the whole machine', ['root', 'bpftrace', 'jdk17', 'python3'], () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-all-'));
    programs = new JavaPrograms('KnownSplit');
    await programs.start('KnownSplit', ['600', '2']);
    const start = (file: string, args: readonly string[]): void => {
      others.push(spawn(file, args, { stdio: 'ignore', detached: true }));
    };
    start(process.execPath, ['-e', 'for (;;) Math.random();']);
    start('python3', ['-c', 'while True: sum(range(1000))']);
    start('sh', ['-c', SHORT]);
    start('sh', ['-c', SHORT]);
  });

  afterAll(async () => {
    for (const { pid } of others) {
      if (pid === undefined) continue;
      try {
        process.kill(-pid, 'SIGKILL'); // its group: the loops and what they have started
      } catch {
        // It has ended.
      }
    }
    await programs.close();
    rmSync(folder, { recursive: true });
  });

  test(
    'every process under its name, the JVM with Java frames, and nothing is held on to',
    async () => {
      const file = join(folder, 'all.folded');
      const recording = join(folder, 'all.jtrace');
      const args = ['profile', '--all', '-v', '-d', '12s', '-F', '99', '--sample-budget=5000', '-o', file, '-o', recording];
      const run = startJtrace(args);
      const descriptors: number[] = [];
      const count = setInterval(() => {
        try {
          descriptors.push(readdirSync(`/proc/${String(run.pid)}/fd`).length);
        } catch {
          // It has ended.
        }
      }, 500);
      const { status, stdout, stderr } = await run.ended;
      clearInterval(count);
      expect(status, stderr).toBe(0);
      const stacks = parseFolded(readFileSync(file, 'utf8'));
      const roots = new Set(stacks.map(({ frames }) => frames[0] ?? ''));
      for (const name of ['java KnownSplit', 'node', 'sh', 'jtrace', 'bpftrace'])
        expect([...roots, ''].join('\n'), stdout + stderr).toContain(`${name}\n`);
      expect([...roots].some((name) => name.startsWith('python'))).toBe(true);
      expect(
        [...roots].some((name) => /^\[\w/.test(name)),
        'a thread of the kernel',
      ).toBe(true);
      expect([...roots].some((name) => name.startsWith('swapper'))).toBe(false);
      // Hundreds of shells are one name.
      expect(roots.size).toBeLessThan(200);
      const java = stacks.filter(({ frames }) => frames[0] === 'java KnownSplit');
      expect(java.some(({ frames }) => frames.some((frame) => frame.startsWith('KnownSplit.')))).toBe(true);
      // Anchors are captured from the start, as of a chosen JVM.
      const samples = (list: typeof stacks): number => list.reduce((sum, { weight }) => sum + weight, 0);
      const lost = java.filter(({ frames }) => frames.some((frame) => frame.startsWith('[unfinished')));
      expect(samples(lost) / samples(java)).toBeLessThan(0.02);
      expect(stdout).toMatch(/^Target +all processes of this machine/m);
      expect(stdout).toMatch(/^Processes +\d/m);
      expect(Math.max(...descriptors)).toBeLessThan(MOST_DESCRIPTORS);
      // From the recording once more, by pid.
      const again = await runJtrace(['report', recording, '--by', 'process', '--top', '50', '--json']);
      const summary = JSON.parse(again.stdout) as {
        isWholeMachine: boolean;
        processes: { name: string }[];
        hottest: { name: string }[];
      };
      expect(summary.isWholeMachine).toBe(true);
      expect(summary.processes.map(({ name }) => name)).toContain('java KnownSplit');
      const groups = summary.hottest.map(({ name }) => name).join('\n');
      for (const name of ['java KnownSplit', 'node', 'bpftrace'])
        expect(groups).toMatch(new RegExp(`^\\[process \\d+ ${name}\\]$`, 'm'));
    },
    PATIENCE_MS,
  );

  test('Ctrl-C ends it with a report; without kernel frames its threads are left out', async () => {
    const file = join(folder, 'user.folded');
    const run = startJtrace(['profile', '--all', '--no-kernel', '-v', '-d', '60s', '-o', file]);
    await run.said('jtrace: sampling');
    await until('a second of it', () => (run.output().length > 0 ? true : null));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    run.child.kill('SIGINT');
    const { status, stdout, stderr } = await run.ended;
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('stopped early');
    const roots = parseFolded(readFileSync(file, 'utf8')).map(({ frames }) => frames[0] ?? '');
    expect(roots.length).toBeGreaterThan(0);
    expect(roots.filter((name) => name.startsWith('['))).toEqual([]);
  });
});
