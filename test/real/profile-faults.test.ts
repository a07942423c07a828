// What goes wrong around a run: bpftrace that is missing, old, broken, killed or overrun; outputs that cannot be written; jtrace
// itself killed. One clear line, the right exit code, what was recorded is kept, nothing is left behind.
// A fake bpftrace stands in only for what cannot be made to happen at will.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Pid } from '../../src/model/units.ts';
import { type FoldedStack, parseFolded, samplesWith } from '../support/folded-text.ts';
import { bpftracesAtHand } from '../support/host-tools.ts';
import { JavaPrograms } from '../support/java-programs.ts';
import { describeOnHost } from '../support/require-host.ts';
import { JTRACE, type JtraceResult, runJtrace, startJtrace, until } from '../support/run-jtrace.ts';

const FOR_EVER = ['-d', '1h'];
const INSTALLED = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/sbin', '/bin'].map((at) => `${at}/bpftrace`);

let programs: JavaPrograms;
let pid: Pid;

function folded(path: string): FoldedStack[] {
  return parseFolded(readFileSync(path, 'utf8'));
}

async function snapshotAt(path: string): Promise<FoldedStack[]> {
  return until(`a snapshot at ${path}`, () => {
    const stacks = existsSync(path) ? folded(path) : []; // whole at any moment, or the test fails here
    return samplesWith(stacks, 'Commanded.earlyWork') > 5 ? stacks : null;
  });
}

function childrenOf(parent: number, ...pattern: readonly string[]): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(parent), ...pattern], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

/** The bpftrace that a jtrace runs. */
function bpftraceOf(jtrace: number): number {
  return childrenOf(jtrace, 'bpftrace')[0] ?? 0;
}

function fakeBpftrace(name: string, script: string): string {
  const path = programs.path(name);
  writeFileSync(path, `#!/bin/sh\n${script}`);
  chmodSync(path, 0o755);
  return path;
}

/** What, and what to do next: two lines and no stack trace. */
function expectOneClearLine({ stderr }: JtraceResult, line: string | RegExp): void {
  const lines = stderr.trimEnd().split('\n');
  if (typeof line === 'string') expect(lines[0]).toBe(line);
  else expect(lines[0]).toMatch(line);
  expect(lines, stderr).toHaveLength(2);
  expect(lines[1]).toMatch(/^ {2}\S/);
}

describeOnHost('faults around a profile', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(async () => {
    programs = new JavaPrograms('Commanded');
    ({ pid } = await programs.start('Commanded', ['forever']));
  });

  afterAll(() => programs.close());

  test('bpftrace killed while sampling: exit 1, and what was recorded is written', async () => {
    const file = programs.path('broken-off.folded');
    const run = startJtrace(['profile', String(pid), ...FOR_EVER, '-o', file]);
    try {
      await snapshotAt(file);
      process.kill(bpftraceOf(run.pid), 'SIGKILL');
      const result = await run.ended;
      expect(result.status).toBe(1);
      expectOneClearLine(result, 'jtrace: bpftrace was ended by SIGKILL while sampling');
      expect(result.stdout).toContain('(broken off)');
      expect(samplesWith(folded(file), 'Commanded.earlyWork')).toBeGreaterThan(5);
    } finally {
      await run.stop();
    }
  });

  test('no bpftrace anywhere, or not where it was said to be', async () => {
    const hide = INSTALLED.filter(existsSync).map((path) => `mount --bind /dev/null ${path}`);
    const script = [...hide, 'exec "$@"'].join(' && ');
    const none = await runJtrace(['profile', String(pid)], {
      through: ['unshare', '-m', 'sh', '-c', script, 'sh'],
      env: { PATH: '/usr/bin:/bin' },
    });
    expect(none.status).toBe(3);
    expectOneClearLine(none, 'jtrace: bpftrace was not found');
    const named = await runJtrace(['profile', String(pid), '--bpftrace', '/no/bpftrace']);
    expect(named.status).toBe(3);
    expectOneClearLine(named, 'jtrace: --bpftrace /no/bpftrace: no program that can be run');
  });

  test('a bpftrace that is too old, or none at all', async () => {
    const old = await runJtrace(['profile', String(pid), '--bpftrace', fakeBpftrace('old', 'echo bpftrace v0.14.0')]);
    expect(old.status).toBe(3);
    expectOneClearLine(old, /^jtrace: bpftrace v?0\.14\.0 .*too old/);
    const other = await runJtrace(['profile', String(pid), '--bpftrace', '/bin/true']);
    expect(other.status).toBe(3);
    expectOneClearLine(other, 'jtrace: /bin/true does not answer as bpftrace does');
  });

  test('a bpftrace whose program the kernel refuses, one that crashes, one that says nothing', async () => {
    const version = 'if [ "$1" = --version ]; then echo bpftrace v0.17.0; exit; fi; cat >/dev/null\n';
    const cases: [string, string, RegExp][] = [
      [
        'refused',
        "echo 'Attaching 9 probes...'; echo 'ERROR: Error loading program: profile:hz:99' >&2; exit 255",
        /did not take the program of jtrace/,
      ],
      ['crashed', 'kill -SEGV $$', /did not begin to sample \(SIGSEGV\)/],
      ['silent', 'exit 0', /did not begin to sample \(status 0\)/],
    ];
    for (const [name, script, line] of cases) {
      const result = await runJtrace([
        'profile',
        String(pid),
        '-o',
        programs.path(`${name}.folded`),
        '--bpftrace',
        fakeBpftrace(name, version + script),
      ]);
      expect(result.status, result.stderr).toBe(3);
      expectOneClearLine(result, line);
      expect(existsSync(programs.path(`${name}.folded`))).toBe(false);
    }
    // A command that was to be profiled is not run when it cannot be.
    const command = await runJtrace(['profile', '--bpftrace', programs.path('silent'), '--', 'sh', '-c', 'echo it ran']);
    expect({ status: command.status, stdout: command.stdout }).toEqual({ status: 3, stdout: '' });
  });

  test('lost events are counted and told', async () => {
    const [real = ''] = bpftracesAtHand();
    const script = `if [ "$1" != --version ]; then echo 'Lost 1234 events'; echo 'Lost 111 events'; fi; exec ${real} "$@"`;
    const { status, stdout, stderr } = await runJtrace([
      'profile',
      String(pid),
      '-d',
      '1s',
      '--bpftrace',
      fakeBpftrace('lossy', script),
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Lost {6}1,345 events$/m);
    expect(stdout).toMatch(/^Sampled {3}[1-9]\d*/m);
  });

  test('an output that is a directory', async () => {
    const result = await runJtrace(['profile', String(pid), '-o', programs.folder]);
    expect(result.status).toBe(2);
    expectOneClearLine(result, /is a directory$/);
  });

  test('a disk that fills up: told, exit 1, and the last whole snapshot stays', async () => {
    const [full, script] = [programs.path('full'), 'mkdir "$1" && mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"'];
    const through = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, 'sh', full];
    const run = startJtrace(['profile', String(pid), ...FOR_EVER, '-o', `${full}/out.folded`], { through });
    try {
      const seen = `/proc/${String(run.pid)}/root${full}`;
      await snapshotAt(`${seen}/out.folded`);
      spawnSync('dd', ['if=/dev/zero', `of=${seen}/filler`, 'bs=1k']);
      const kept = await snapshotAt(`${seen}/out.folded`);
      // The descriptor keeps the mount in sight when jtrace has ended.
      const keeper = spawnSync('sh', ['-c', `exec 3<"${seen}/out.folded" && kill -TERM ${String(run.pid)} && while kill -0 ${String(run.pid)} 2>/dev/null; do [ "$(cut -d' ' -f3 /proc/${String(run.pid)}/stat)" = Z ] && break; sleep 0.05; done; cat <&3`], { encoding: 'utf8' }); // prettier-ignore
      const { status, stdout, stderr } = await run.ended;
      expect(stdout).toContain('NOT COMPLETE: no space left on the device');
      expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
      expect(samplesWith(parseFolded(keeper.stdout))).toBeGreaterThanOrEqual(samplesWith(kept));
    } finally {
      await run.stop();
    }
  });

  test('a reader that went away: exit 1, no stack trace', () => {
    const script = '{ "$@"; echo "exit $?" >&2; } | true';
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', script, 'bash', ...JTRACE, 'profile', String(pid), '-d', '1s', '-o', '-'],
      { encoding: 'utf8' },
    );
    expect(stdout).toBe('');
    expect(stderr).toContain('NOT COMPLETE: the reader closed the pipe');
    expect(stderr).toMatch(/^exit 1$/m);
    expect(stderr).not.toMatch(/^ +at |EPIPE/m);
  });

  test('jtrace killed: bpftrace ends, the snapshot is whole, and the next run takes away what was left', async () => {
    const file = programs.path('survivor.folded');
    const run = startJtrace(['profile', String(pid), ...FOR_EVER, '-o', file]);
    await snapshotAt(file);
    const bpftrace = bpftraceOf(run.pid);
    expect(existsSync(`/proc/${String(bpftrace)}`)).toBe(true);
    run.child.kill('SIGKILL');
    await run.ended;
    // 3 s are promised; a machine that is overloaded may take longer to run what ends it.
    await until('the end of bpftrace', () => (existsSync(`/proc/${String(bpftrace)}`) ? null : true), 10_000);
    const before = samplesWith(folded(file));
    expect(before).toBeGreaterThan(5);

    const left = `.${basename(file)}.jtrace-${String(run.pid)}`; // as if it had been killed while it wrote
    const foreign = `.${basename(file)}.jtrace-${String(process.pid)}`; // of a run that lives
    for (const name of [left, foreign]) writeFileSync(programs.path(name), 'half a li');
    const next = await runJtrace(['profile', String(pid), '-d', '1s', '-o', file]);
    expect(next.status, next.stderr).toBe(0);
    expect(readdirSync(programs.folder).filter((name) => name.includes('.jtrace-'))).toEqual([foreign]);
    expect(samplesWith(folded(file))).toBeGreaterThan(5);
  });

  test('the terminal is gone: the profile is written, and nothing is left running', async () => {
    const file = programs.path('hung-up.folded');
    const run = startJtrace(['profile', String(pid), ...FOR_EVER, '-o', file], { terminal: true });
    const jtrace = await until('jtrace on its terminal', () => childrenOf(run.pid)[0] ?? null);
    await snapshotAt(file);
    const [before, bpftrace] = [samplesWith(folded(file)), bpftraceOf(jtrace)];
    run.child.kill('SIGKILL'); // holds the terminal's other side
    await until('the end of jtrace', () => (existsSync(`/proc/${String(jtrace)}`) ? null : true));
    expect(existsSync(`/proc/${String(bpftrace)}`)).toBe(false);
    expect(samplesWith(folded(file))).toBeGreaterThanOrEqual(before);
    expect(readdirSync(programs.folder).filter((name) => name.startsWith('.hung-up'))).toEqual([]);
  });

  test('an output that is a FIFO: its reader gets it; without one it is told', async () => {
    const [read, unread] = ['read.folded', 'unread.folded'].map((name) => programs.path(name)) as [string, string];
    spawnSync('mkfifo', [read, unread]);
    const reader = spawn('cat', [read], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    reader.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    const { status, stdout, stderr } = await runJtrace(['profile', String(pid), '-d', '1s', '-o', read, '-o', unread]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout.replace(/\s+/g, ' ')).toContain('NOT COMPLETE: nobody reads the FIFO');
    await until('the end of its reader', () => reader.exitCode);
    expect(samplesWith(parseFolded(text), 'Commanded.earlyWork')).toBeGreaterThan(5);
  });

  test('a recording that cannot be written: the command runs on, the profile is whole, exit 1', async () => {
    const file = programs.path('unrecorded.folded');
    const args = ['-o', file, '--record-reads', '/dev/full', '--', ...programs.command('Commanded', ['work', '800', '0'])];
    const { status, stdout, stderr } = await runJtrace(['profile', ...args]);
    expect({ status, stdout }, stderr).toEqual({ status: 1, stdout: 'HALF WAY\nDONE\n' });
    expect(stderr).toContain(
      'jtrace: the recording /dev/full could not be written whole\n  the recording ends early; is the disk full?',
    );
    expect(samplesWith(folded(file), 'Commanded.earlyWork')).toBeGreaterThan(5);
  });

  test('--print-program makes no file', async () => {
    const [file, recording] = [programs.path('none.folded'), programs.path('none.gz')];
    const { status, stdout, stderr } = await runJtrace(['profile', String(pid), '--print-program', '-o', file, '--record-reads', recording]); // prettier-ignore
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('profile:hz:99');
    expect([existsSync(file), existsSync(recording)]).toEqual([false, false]);
  });
});
