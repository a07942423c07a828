// The built program as a person runs it: exit codes, streams, signals, and what is there after it.

import { type ChildProcess, spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { javaHome } from '../support/host-tools.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';
import { type ReadyProcess, startReady } from './processes/ready-process.ts';

const JTRACE = join(REPOSITORY, 'bin/jtrace');

let folder = '';
const running: ReadyProcess[] = [];

function jtrace(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(JTRACE, args, { encoding: 'utf8', input: '', cwd: folder });
}

async function startSleeper(...args: string[]): Promise<ReadyProcess> {
  const java = join(javaHome() ?? '', 'bin/java');
  const jvm = await startReady(java, ['-Xmx32m', '-XX:+UseSerialGC', ...args, '-cp', 'classes', 'Sleeper'], { cwd: folder });
  running.push(jvm);
  return jvm;
}

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly stdout: () => string;
  /** Resolves when the text stands on standard error. */
  said(text: string): Promise<void>;
}

function startRun(args: readonly string[]): Run {
  const child = spawn(JTRACE, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (data: Buffer) => (output[name] += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): boolean => output.stderr.includes(text);
      if (look()) return resolve();
      child.stderr.on('data', () => look() && resolve());
      child.on('close', () => reject(new Error(`ended without saying '${text}': ${output.stderr}`)));
    });
  return { child, ended, stdout: () => output.stdout, said };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jtrace-cli-'));
});

afterAll(async () => {
  for (const process of running) await process.stop();
  rmSync(folder, { recursive: true });
});

test('a closed pipe is quiet, and told by the exit code', () => {
  const { stdout, stderr } = spawnSync('bash', ['-c', '{ sleep 0.5; "$0" profile --help; echo "exit $?" >&2; } | true', JTRACE], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(stderr).toBe('exit 1\n');
});

describeOnHost('as root', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(() => {
    mkdirSync(join(folder, 'classes'));
    const javac = join(javaHome() ?? '', 'bin/javac');
    const source = join(REPOSITORY, 'test/programs/Sleeper.java');
    expect(spawnSync(javac, ['-d', join(folder, 'classes'), source], { encoding: 'utf8' }).stderr).toBe('');
  });

  test('several JVMs of a name: a table, exit 2, nothing on standard output', async () => {
    const first = await startSleeper('-Dwhich=one');
    const second = await startSleeper('-Dwhich=two');
    const { status, stdout, stderr } = jtrace('profile', 'Sleeper');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    const [question, head, ...rows] = stderr.trimEnd().split('\n');
    expect(question).toBe("jtrace: 2 JVMs match 'Sleeper'; which one? (CPU over the last 0.2 s)");
    expect(head).toMatch(/^ *PID {2}JDK +MAIN CLASS +THREADS +CPU % {2}(USER|SERVICE|CONTAINER)$/);
    expect(
      rows.slice(0, 2).map((row) =>
        row
          .trim()
          .split(/\s+/)
          .slice(0, 3)
          .join(' ')
          .replace(/17\.[\d.]+/, '17'),
      ),
    ).toEqual([first.pid, second.pid].sort((a, b) => a - b).map((pid) => `${pid} 17 Sleeper`));
    for (const line of stderr.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test.each([
    [['profile', 'NoSuchProgramAnywhere'], 2, "jtrace: no process matches 'NoSuchProgramAnywhere'\n"],
    [['profile', '4194303'], 2, 'jtrace: there is no process 4194303 (any more)\n'],
    [['profile', '2'], 2, 'is a thread of the kernel [kthreadd]\n'],
    [['profile', '--all', '4711'], 2, "both a process ('4711') and -a/--all were given\n"],
  ])('%j', (args, code, text) => {
    const { status, stdout, stderr } = jtrace(...args);
    expect({ status, stdout }).toEqual({ status: code, stdout: '' });
    expect(stderr).toContain(text);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2); // what, and what to do next
  });

  test('a read-only file system is found before anything starts', () => {
    const script = 'mkdir ro && mount -t tmpfs -o ro none ro && "$0" profile 4194303 -o ro/out.folded';
    const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, JTRACE], { encoding: 'utf8', cwd: folder });
    expect(stderr).toContain('jtrace: ro/out.folded cannot be written: the file system is read-only\n');
    expect(status).toBe(3);
  });

  test('checking an output leaves nothing, and what was there stays', () => {
    writeFileSync(join(folder, 'kept.folded'), 'kept');
    expect(jtrace('profile', '4194303', '-o', 'kept.folded', '-o', 'new.folded').status).toBe(2);
    expect(readFileSync(join(folder, 'kept.folded'), 'utf8')).toBe('kept');
    expect(existsSync(join(folder, 'new.folded'))).toBe(false);
  });

  test('Ctrl-C stops and reports; the file is written', async () => {
    const jvm = await startSleeper('-Dwhich=three');
    const run = startRun(['profile', String(jvm.pid), '-d', '60s', '-o', 'stopped.folded', '-v']);
    await run.said('jtrace: sampling');
    run.child.kill('SIGINT');
    await run.said('Ctrl-C again gives up');
    expect(await run.ended).toBe(0);
    expect(run.stdout()).toContain('(stopped early)');
    expect(existsSync(join(folder, 'stopped.folded'))).toBe(true);
  });

  test('a second Ctrl-C gives up at once', async () => {
    const jvm = await startSleeper('-Dwhich=four');
    const run = startRun(['profile', String(jvm.pid), '-d', '60s', '-v']);
    await run.said('jtrace: sampling');
    run.child.kill('SIGINT');
    await run.said('Ctrl-C again gives up');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
    expect(run.stdout()).toBe('');
  });

  test('not root: one line, exit 3, and a hint that works', () => {
    const unprivileged = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    const { status, stdout, stderr } = spawnSync('setpriv', [...unprivileged, JTRACE, 'profile', '4194303', '-d', '2 s'], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    const [line, hint = ''] = stderr.split('\n');
    expect(line).toBe('jtrace: jtrace must run as root: it loads BPF programs and reads memory of other processes');
    expect(hint).toBe(`  sudo env "PATH=$PATH" ${JTRACE} profile 4194303 -d '2 s'`);
    const sudo = spawnSync('sudo', ['-n', 'true']).status === 0;
    const typed = spawnSync('sh', ['-c', sudo ? hint : hint.replace('sudo ', '')], { encoding: 'utf8' });
    expect(typed.stderr).toContain('jtrace: there is no process 4194303'); // it came as far as looking for it
    expect(typed.status).toBe(2);
  });
});
