// `jtrace explain-verifier` as a person runs it: what this machine's bpftrace says goes through a pipe, and what cannot be a log.

import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JTRACE, until } from '../support/run-jtrace.ts';
import { describeOnHost } from '../support/require-host.ts';

const PATIENCE_MS = 60_000;
/** Far above what jtrace reads. */
const HUGE_BYTES = 100 * 1024 * 1024;
/** A counter in a map is unknown to the verifier at every round. */
const REFUSED = 'BEGIN { @n = 0; while (@n < 10) { @n = @n + 1; } exit(); }';

/** Of an epoll's fdinfo: it waits for descriptor 0. */
const WATCHES_INPUT = /^tfd: +0 /m;

let folder = '';
const path = (name: string): string => join(folder, name);

function explain(args: readonly string[], input = ''): SpawnSyncReturns<string> {
  const [node, script] = JTRACE;
  return spawnSync(node, [script, 'explain-verifier', ...args], {
    encoding: 'utf8',
    input,
    timeout: PATIENCE_MS,
    maxBuffer: 64 << 20,
  });
}

function waitsForInput(pid: number): boolean {
  const infos = `/proc/${String(pid)}/fdinfo`;
  return readdirSync(infos).some((fd) => {
    try {
      return WATCHES_INPUT.test(readFileSync(join(infos, fd), 'utf8'));
    } catch {
      return false; // closed since
    }
  });
}

describeOnHost('jtrace explain-verifier', ['bpftrace'], () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-explain-verifier-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('what bpftrace says of a loop over a map, through a pipe', () => {
    const said = spawnSync('bpftrace', ['-v', '-e', REFUSED], { encoding: 'utf8', timeout: PATIENCE_MS });
    const log = `${said.stdout}${said.stderr}`;
    const { status, stdout, stderr } = explain(['-', '--all'], log);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^(?:infinite loop detected|back-edge from insn)/);
    expect(stdout).toContain('What to do:');
    // Each line of the log, and words behind each instruction.
    const shown = stdout.split('\n');
    const instructions = log.split('\n').filter((line) => /^\d+: \([0-9a-f]{2}\) /.test(line));
    expect(instructions.length).toBeGreaterThan(10);
    for (const line of instructions) expect(shown[shown.indexOf(`  ${line.trimEnd()}`) + 1], line).toMatch(/^ {6}\S/);
    // No colour in pipes.
    expect(stdout).not.toContain('\x1b');
  });

  test.each([[[]], [['-']]])('a log that comes later than jtrace looks for it: %j', async (args) => {
    const [node, script] = JTRACE;
    const child = spawn(node, [script, 'explain-verifier', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    try {
      const said = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
      child.stdin.on('error', () => undefined);
      const closed = once(child, 'close');
      await until('jtrace waits for its standard input', () => {
        if (child.exitCode !== null) throw new Error(`jtrace ended: ${said.stderr}`);
        return waitsForInput(child.pid ?? 0) ? true : null;
      });
      child.stdin.end("0: (b7) r1 = 5\n1: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'scalar'\n");
      expect(await closed).toEqual([0, null]);
      expect(said.stderr).toBe('');
      expect(said.stdout).toMatch(/^R1 invalid mem access 'scalar'\n/);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('100 MB are no log', () => {
    writeFileSync(path('huge.log'), '');
    truncateSync(path('huge.log'), HUGE_BYTES);
    const { status, stdout, stderr } = explain([path('huge.log')]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('too large for a log');
    expect(stderr.split('\n')).toHaveLength(3);
  });

  test('a log of hundreds of thousands of lines is read, and what was not is told', () => {
    const lines = Array.from({ length: 300_000 }, (_, at) => `${String(at)}: (b7) r0 = 0`);
    const { status, stdout } = explain(['-'], [...lines, 'R0 !read_ok', 'processed 300000 insns'].join('\n'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^R0 !read_ok\n/);
    expect(stdout).toMatch(/lines before the last 200000 were not\s+read/);
  });

  test.each([
    ['nothing', ''],
    ['blanks', '\n\n \n'],
    ['bytes', '\0\x01\xff\n\x1b[31m\x07'],
    ['a listing', '   0: (b7) r0 = 0\n   1: (95) exit\n'],
    ['one line that never ends', 'a('.repeat(1 << 20)],
  ])('%s is no log: one line, and 2', (_, input) => {
    const { status, stdout, stderr } = explain([], input);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^jtrace: this [^\n]+\n {2}[^\n]+\n$/);
    expect(stderr).not.toContain('\x1b');
  });

  test.each([
    ['Windows', "0: (b7) r1 = 5\r\n1: (79) r0 = *(u64 *)(r1 +0)\r\nR1 invalid mem access 'scalar'\r\n"],
    ['colours', "\x1b[1m0: (b7) r1 = 5\x1b[0m\n1: (79) r0 = *(u64 *)(r1 +0)\n\x1b[31mR1 invalid mem access 'scalar'\x1b[0m\n"],
    ['a mail', "> 0: (b7) r1 = 5\n> 1: (79) r0 = *(u64 *)(r1 +0)\n> R1 invalid mem access 'scalar'\n"],
    [
      'a front that is cut',
      " = 5\nsmax=7)\n0: (b7) r1 = 5\n1: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'scalar'\nprocessed 2 in",
    ],
  ])('a log of %s is read', (_, input) => {
    const { status, stdout } = explain(['--all'], input);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^R1 invalid mem access 'scalar'\n/);
    expect(stdout).toMatch(/last set by 0: \(b7\) r1 = 5\n/);
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });
});
