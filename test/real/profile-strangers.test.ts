// Processes that cannot be profiled, through the whole program: one clear line, one hint, an exit code; and no bpftrace is started
// for them. What each kind is recognized by is tested in processes/classify.test.ts, with the same stand-ins.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JavaPrograms } from '../support/java-programs.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';
import { runJtrace, until } from '../support/run-jtrace.ts';
import { type ReadyProcess, startReady } from './processes/ready-process.ts';

let programs: JavaPrograms;
const running: ReadyProcess[] = [];

function compile(name: string, ...flags: string[]): string {
  const source = join(REPOSITORY, 'test/programs/disguise.c');
  const { status, stderr } = spawnSync('cc', ['-O1', '-pthread', '-o', programs.path(name), ...flags, source], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`cc: ${stderr}`);
  return programs.path(name);
}

async function start(program: string, ...args: string[]): Promise<number> {
  const process = await startReady(program, args, { cwd: programs.folder });
  running.push(process);
  return process.pid;
}

async function expectRefused(pid: number, exitCode: number, line: RegExp): Promise<void> {
  const file = programs.path('refused.folded');
  const { status, stdout, stderr } = await runJtrace(['profile', String(pid), '-o', file]);
  expect({ status, stdout }, stderr).toEqual({ status: exitCode, stdout: '' });
  expect(stderr).toMatch(line);
  const lines = stderr.trimEnd().split('\n');
  expect(lines, stderr).toHaveLength(2);
  expect(lines[1]).toMatch(/^ {2}\S/);
  expect(existsSync(file)).toBe(false);
}

describeOnHost('processes that cannot be profiled', ['root', 'bpftrace', 'jdk17', 'cc'], () => {
  beforeAll(() => {
    programs = new JavaPrograms('Sleeper');
  });

  afterAll(async () => {
    for (const process of running) await process.stop();
    await programs.close();
  });

  test('a kernel thread', () => expectRefused(2, 2, /^jtrace: process 2 is a thread of the kernel \[kthreadd\]$/m));

  test('a zombie', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const line = await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve));
      const pid = Number(line.toString().trim());
      await until('a zombie', () => (/\) Z /.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8')) ? true : null));
      await expectRefused(pid, 2, /^jtrace: process \d+ has ended already \(zombie/);
    } finally {
      parent.kill('SIGKILL');
    }
  });

  test('a stopped one is sampled, and told to be stopped', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      child.kill('SIGSTOP');
      const pid = String(child.pid);
      await until('it to stop', () => (/\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')) ? true : null));
      const { status, stderr } = await runJtrace(['profile', pid, '-d', '200ms']);
      expect(status, stderr).toBe(0);
      expect(stderr).toContain(
        `jtrace: warning: process ${pid} is stopped, and has no samples until it goes on: kill -CONT ${pid}\n`,
      );
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('OpenJ9 (stand-in)', async () => {
    for (const name of ['libj9vm29.so', 'libjvm.so']) writeFileSync(programs.path(name), Buffer.alloc(4096));
    const libraries = ['libjvm.so', 'libj9vm29.so'].map((name) => `x:${programs.path(name)}`);
    await expectRefused(await start(compile('disguise'), ...libraries), 2, /^jtrace: .*OpenJ9/);
  });

  test('a native image (stand-in) is native code, and profiled as such', async () => {
    const pid = await start(compile('image', '-DSVM'));
    const { status, stderr } = await runJtrace(['profile', String(pid), '-d', '200ms']);
    expect(status, stderr).toBe(0);
  });
});
