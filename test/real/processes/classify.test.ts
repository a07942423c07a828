// Real processes of every class, and what is said of each. Stand-ins: OpenJ9 is a program that maps a file named libj9vm29.so
// (that is what it is recognized by), a native image a program with the section .svm_heap; neither VM itself was at hand.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProcessClass } from '../../../src/model/process.ts';
import { asPid, type Pid } from '../../../src/model/units.ts';
import { classifyProcess } from '../../../src/target/processes/classify-process.ts';
import { readCommandLine } from '../../../src/target/processes/describe-jvm.ts';
import { listJvms } from '../../../src/target/processes/list-processes.ts';
import { unfitProcessError } from '../../../src/target/processes/unfit-process.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { type ReadyProcess, startReady } from './ready-process.ts';

let folder = '';
const running: ReadyProcess[] = [];

function compile(name: string, ...flags: string[]): string {
  const program = join(folder, name);
  const { status, stderr } = spawnSync(
    'cc',
    ['-O1', '-pthread', '-o', program, ...flags, join(REPOSITORY, 'test/programs/disguise.c')],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`cc: ${stderr}`);
  return program;
}

async function start(program: string, ...args: string[]): Promise<Pid> {
  const process = await startReady(program, args);
  running.push(process);
  return process.pid;
}

/** The error as the operator reads it. */
function told(pid: Pid, found: ProcessClass): string {
  const isFit =
    found.kind === 'hotspot' || found.kind === 'starting' || found.kind === 'not-a-jvm' || found.kind === 'native-image';
  return isFit ? '' : unfitProcessError(pid, found).message.replace(String(pid), 'PID');
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jtrace-classify-'));
});

afterAll(async () => {
  for (const process of running) await process.stop();
  rmSync(folder, { recursive: true });
});

describeOnHost('what a pid is', ['root'], () => {
  test('OpenJ9 (stand-in), although it has a libjvm.so, too', async () => {
    const [j9, jvm] = [join(folder, 'libj9vm29.so'), join(folder, 'libjvm.so')];
    for (const path of [j9, jvm]) writeFileSync(path, Buffer.alloc(4096));
    const pid = await start(compile('disguise'), `x:${jvm}`, `x:${j9}`);
    const found = classifyProcess(pid);
    expect(found).toEqual({ kind: 'openj9' });
    expect(told(pid, found)).toBe("process PID runs Eclipse OpenJ9, and jtrace reads HotSpot's tables only");
    expect(listJvms().find((row) => row.pid === pid)).toMatchObject({
      vm: 'openj9',
      main: { kind: 'embedded', name: 'disguise' },
    });
  });

  test('a native image (stand-in)', async () => {
    const pid = await start(compile('image', '-DSVM'));
    const found = classifyProcess(pid);
    expect(found).toEqual({ kind: 'native-image', evidence: 'section .svm_heap' });
  });

  test('a program that maps libjvm.so only to read it is no JVM', async () => {
    const jvm = join(folder, 'libjvm.so');
    writeFileSync(jvm, Buffer.alloc(4096));
    const pid = await start(compile('reader'), jvm);
    expect(classifyProcess(pid)).toEqual({ kind: 'not-a-jvm', program: 'reader' });
  });

  test('another language', async () => {
    const pid = await start('python3', '-c', 'print("READY", flush=True); import sys; sys.stdin.read()');
    const found = classifyProcess(pid);
    expect(found).toMatchObject({ kind: 'not-a-jvm', program: expect.stringContaining('python3') as string });
  });

  test('jtrace itself, whose command line may hold any name', () => {
    expect(classifyProcess(asPid(process.pid)).kind).toBe('not-a-jvm');
    expect(listJvms().some(({ pid }) => pid === process.pid)).toBe(false);
  });

  test('a zombie', async () => {
    // The shell becomes a sleep, which never asks for its child's status.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const line = await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve));
      const pid = asPid(Number(line.toString().trim()));
      for (let waits = 0; waits < 100 && classifyProcess(pid).kind !== 'zombie'; waits++) await sleep(20);
      const found = classifyProcess(pid);
      expect(found).toEqual({ kind: 'zombie', liveThreads: 0 });
      expect(told(pid, found)).toContain('has ended already (zombie');
    } finally {
      parent.kill('SIGKILL');
    }
  });

  test('a main thread that has ended before the others', async () => {
    const pid = await start(compile('threaded'), '-t');
    for (let waits = 0; waits < 100 && classifyProcess(pid).kind !== 'zombie'; waits++) await sleep(20);
    const found = classifyProcess(pid);
    expect(found).toEqual({ kind: 'zombie', liveThreads: 1 });
    expect(told(pid, found)).toContain('the main thread of process PID has ended while others still run (1)');
  });

  test('a java launcher that has not loaded its VM yet (stand-in: a program of that name)', async () => {
    const pid = await start(compile('java'), '-Xmx1g', 'org.acme.Main');
    expect(classifyProcess(pid)).toEqual({ kind: 'starting' });
    expect(listJvms().find((row) => row.pid === pid)).toMatchObject({
      vm: 'starting',
      jdk: '',
      main: { kind: 'class', name: 'org.acme.Main' },
    });
  });

  test('a kernel thread, a thread, a process that is gone', async () => {
    const kthreadd = asPid(2);
    const found = classifyProcess(kthreadd);
    if (readFileSync('/proc/2/comm', 'utf8').trim() === 'kthreadd') {
      expect(found).toEqual({ kind: 'kernel-thread', name: 'kthreadd' });
      expect(told(kthreadd, found)).toBe('process PID is a thread of the kernel [kthreadd]');
    } else {
      expect(found.kind).not.toBe('kernel-thread'); // in a container there are none to be seen
    }
    const java = await start(
      'python3',
      '-c',
      'import threading,time\nthreading.Thread(target=time.sleep,args=(60,),daemon=True).start()\nprint("READY",flush=True)\nimport sys\nsys.stdin.read()',
    );
    const tid = asPid(Math.max(...spawnSync('ls', [`/proc/${java}/task`], { encoding: 'utf8' }).stdout.trim().split('\n').map(Number))); // prettier-ignore
    expect(tid).not.toBe(java);
    expect(classifyProcess(tid)).toEqual({ kind: 'thread', process: java });
    const { pid } = spawnSync('true');
    expect(classifyProcess(asPid(pid))).toEqual({ kind: 'gone' });
    expect(told(asPid(pid), { kind: 'gone' })).toBe('there is no process PID (any more)');
  });

  test('a 32-bit program', async ({ skip }) => {
    const program = join(folder, 'tiny32');
    writeFileSync(program, tinyElf32());
    chmodSync(program, 0o755);
    const child = spawn(program, { stdio: 'ignore' });
    const failure = await new Promise<Error | null>((resolve) => {
      child.on('error', resolve);
      setTimeout(() => resolve(null), 100);
    });
    if (failure !== null || child.exitCode !== null)
      skip(`this kernel runs no 32-bit programs: ${failure?.message ?? 'ended at once'}`);
    try {
      const found = classifyProcess(asPid(child.pid ?? 0));
      expect(found).toEqual({ kind: 'other-architecture', architecture: '32-bit x86' });
      expect(told(asPid(child.pid ?? 0), found)).toContain('is a 32-bit x86 program');
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('a program under qemu-user (stand-in: by the name of its emulator)', async () => {
    const emulator = join(folder, 'qemu-aarch64-static');
    copyFileSync(compile('disguise'), emulator);
    expect(classifyProcess(await start(emulator))).toEqual({
      kind: 'other-architecture',
      architecture: 'aarch64 under qemu-user',
    });
    const system = join(folder, 'qemu-system-x86_64');
    copyFileSync(emulator, system);
    expect(classifyProcess(await start(system)).kind).toBe('not-a-jvm');
  });

  test('a command line of control characters, and one of a megabyte', async () => {
    const disguise = compile('disguise');
    const rewritten = await start(disguise, '-w', 'x'.repeat(1000));
    expect(readCommandLine(rewritten)?.join('')).toContain('\u001b[2J\n\r');
    expect(classifyProcess(rewritten).kind).toBe('not-a-jvm');
    const big = await start(disguise, ...Array.from({ length: 10 }, () => '\u001b;\n'.repeat(35_000)));
    const args = readCommandLine(big) ?? [];
    expect(args).toHaveLength(11);
    expect(args.join('').length).toBeGreaterThan(1_000_000);
  });
});

/** A static i386 program of 96 bytes that waits for ever: `1: mov $29 (pause), %eax; int $0x80; jmp 1b`. */
function tinyElf32(): Buffer {
  const code = Buffer.from('b81d000000cd80ebf7', 'hex');
  const elf = Buffer.alloc(0x54);
  const base = 0x08048000;
  elf.write('\x7fELF\x01\x01\x01', 'latin1');
  elf.writeUInt16LE(2, 16); // ET_EXEC
  elf.writeUInt16LE(3, 18); // EM_386
  elf.writeUInt32LE(1, 20);
  elf.writeUInt32LE(base + 0x54, 24); // entry: the code, after one program header
  elf.writeUInt32LE(52, 28);
  elf.writeUInt16LE(52, 40);
  elf.writeUInt16LE(32, 42);
  elf.writeUInt16LE(1, 44);
  const fields = [1, 0, base, base, 0x54 + code.length, 0x54 + code.length, 5, 0x1000]; // PT_LOAD, r-x
  fields.forEach((value, index) => elf.writeUInt32LE(value, 52 + 4 * index));
  return Buffer.concat([elf, code]);
}
