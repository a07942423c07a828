// Profiles of threads and their memory beside programs that do a known number of things: threads started, bytes asked for, time slept and spun,
// waits that a known thread ends. On every bpftrace at hand; counts are exact.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { samplesWith } from '../../support/folded-text.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace } from '../../support/run-jtrace.ts';
import { withSwitchesSeen } from '../../support/seen-switches.ts';
import { type ReadyProcess, startReady } from '../processes/ready-process.ts';
import { type Profiled, profiledWork } from './profiled-work.ts';

const [BPFTRACE = '', ...OTHERS] = bpftracesAtHand();
const MEBIBYTE_BYTES = 2 ** 20;
const REST_MS = 300;
/** A tick of the usual rate is 10 ms: of 300 ms it may be off by as much at both ends. */
const OFTEN = ['-F', '499'];

/** None stands for others. */
const EACH = ['--sample-budget', '100000', '--byte-budget', '1g'];

const folder = dirSync({ unsafeCleanup: true }).name;
let java: JavaPrograms;
let jvm: ReadyProcess;
let native: ReadyProcess;
let preloaded: ReadyProcess;

function compiled(name: string, ...options: readonly string[]): string {
  const program = join(folder, options.includes('-shared') ? `lib${name}.so` : name);
  const source = join(REPOSITORY, `test/programs/${name}.c`);
  const { status, stderr } = spawnSync('cc', ['-O1', '-o', program, ...options, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return program;
}

function profiled(process: ReadyProcess, works: readonly string[], bpftrace: string, ...args: readonly string[]) {
  return profiledWork(folder, process, works, bpftrace, ...args);
}

/** Weight of stacks that have all of these frames. */
function weightOf({ stacks }: Profiled, ...names: readonly string[]): number {
  const fitting = stacks.filter(({ frames }) => names.every((name) => frames.includes(name)));
  return fitting.reduce((sum, { weight }) => sum + weight, 0);
}

/** All memory that `counted-threads` asks for, function by function. */
async function expectMemory(bpftrace: string): Promise<void> {
  const works = ['mallocs 20', 'callocs 21', 'reallocs 22', 'aligned 5', 'mmaps 7'];
  const run = await profiled(native, works, bpftrace, '--event', 'nativemem', ...EACH);
  expect(weightOf(run, 'malloc_often', 'malloc'), run.said).toBe(20 * 1000);
  expect(weightOf(run, 'calloc_often', 'calloc')).toBe(21 * 1000);
  expect(weightOf(run, 'realloc_often')).toBe(22 * (1000 + 3000));
  expect(weightOf(run, 'align_often')).toBe(5 * 4 * 4096);
  expect(weightOf(run, 'map_often', 'mmap')).toBe(7 * MEBIBYTE_BYTES);
}

/** Sleeps, then as much CPU time, however long others keep it from the CPU. */
async function expectWall(bpftrace: string): Promise<void> {
  const run = await withSwitchesSeen(
    bpftrace,
    () => profiled(native, [`rests ${String(REST_MS)}`], bpftrace, '--event', 'wall', ...OFTEN),
    () => native.pid,
  );
  const restNs = REST_MS * 1e6;
  expect(weightOf(run, '[blocked]', 'rest'), run.said).toBeGreaterThanOrEqual(restNs);
  const onCpu = weightOf(run, '[on-CPU]', 'work');
  expect(onCpu).toBeGreaterThan(0.7 * restNs);
  expect(onCpu).toBeLessThan(1.3 * restNs);
  const all = weightOf(run, 'rest') + weightOf(run, 'work');
  expect(all / run.tookNs).toBeGreaterThan(0.85);
  expect(all / run.tookNs).toBeLessThan(1.15);
}

/** `answering` lets `main` go on, and nobody else. */
async function expectWaker(bpftrace: string): Promise<void> {
  const run = await withSwitchesSeen(
    bpftrace,
    () => profiled(jvm, ['asks 40'], bpftrace, '--event', 'offcpu', '--waker'),
    () => jvm.pid,
  );
  // Parked: while it runs, it may also wait for a lock of the VM's, as that of the compilers' queue, which they let go.
  const waits = run.stacks.filter(
    ({ frames }) => frames.includes('CountedThreads.awaitAnswer') && frames.includes('Parker::park') && frames.includes('--'),
  );
  const wakers = new Set(waits.map(({ frames }) => frames.at(-1)?.replace(/\d+/u, 'N')));
  expect([...wakers], run.said).toEqual(['[woken by answering, tid N]']);
  // It lets 5 ms pass before each.
  expect(samplesWith(waits)).toBeGreaterThan(40 * 4e6);
  expect(samplesWith(waits)).toBeLessThanOrEqual(run.tookNs);
  // Those 5 ms of its own are ended by a timer.
  const sleeps = run.stacks.filter(({ frames }) => frames.includes('java/lang/Thread.sleep') && frames.includes('--'));
  const timers = sleeps.filter(({ frames }) => frames.at(-1) === '[woken by an interrupt]');
  expect(samplesWith(timers)).toBeGreaterThan(40 * 4e6);
}

async function expectThreads(bpftrace: string): Promise<void> {
  const run = await profiled(jvm, ['threads 25'], bpftrace, '--event', 'threads');
  expect(weightOf(run, 'CountedThreads.startThreads', 'JVM_StartThread', 'pthread_create'), run.said).toBe(25);
  expect(run.said).toMatch(/^Sampled +\d+ threads started in /m);
}

describeOnHost('threads and their memory', ['root', 'bpftrace', 'jdk17', 'cc'], () => {
  beforeAll(async () => {
    native = await startReady(compiled('counted-threads', '-pthread'), []);
    const allocator = compiled('counted-allocator', '-shared', '-fPIC', '-fno-builtin');
    preloaded = await startReady(join(folder, 'counted-threads'), [], { env: { ...process.env, LD_PRELOAD: allocator } });
    java = new JavaPrograms('CountedThreads');
    jvm = await java.start('CountedThreads');
  });
  afterAll(async () => {
    await native.stop();
    await preloaded.stop();
    await java.close();
  });

  describe.each([BPFTRACE, ...OTHERS])('on %s', (bpftrace) => {
    test('native memory, to the byte', () => expectMemory(bpftrace));
    test('wall time: what it slept and what it ran', () => expectWall(bpftrace));
    test('who ended a wait', () => expectWaker(bpftrace));
    test('threads started', () => expectThreads(bpftrace));
  });

  test('threads started by a native program', async () => {
    const run = await profiled(native, ['threads 30'], BPFTRACE, '--event', 'threads');
    expect(weightOf(run, 'main', 'start_threads', 'pthread_create')).toBe(30);
  });

  test('memory outside of the heap, and one sample for many bytes', async () => {
    const run = await profiled(jvm, ['direct 20'], BPFTRACE, '--event', 'nativemem', ...EACH);
    expect(weightOf(run, 'CountedThreads.allocateDirect', 'os::malloc', 'malloc'), run.said).toBe(20 * MEBIBYTE_BYTES);
    const few = await profiled(jvm, ['direct 20'], BPFTRACE, '--event', 'nativemem', '--interval-bytes', '4m');
    // What is left of the last four megabytes on each CPU is in no sample.
    expect(samplesWith(few.stacks, 'CountedThreads.allocateDirect')).toBeLessThan(30 * MEBIBYTE_BYTES);
    expect(few.stacks.every(({ weight }) => weight >= 4 * MEBIBYTE_BYTES)).toBe(true);
  });

  test('an allocator in place of libc', async () => {
    const works = ['mallocs 20', 'callocs 21', 'reallocs 22', 'mmaps 3'];
    const run = await profiled(preloaded, works, BPFTRACE, '--event', 'nativemem', ...EACH);
    expect(weightOf(run, 'malloc_often', 'malloc'), run.said).toBe(20 * 1000);
    expect(weightOf(run, 'calloc_often', 'calloc')).toBe(21 * 1000);
    expect(weightOf(run, 'realloc_often', 'realloc')).toBe(22 * (1000 + 3000));
    expect(weightOf(run, 'map_often', 'mmap')).toBe(3 * MEBIBYTE_BYTES);
  });

  test('threads that sleep all the time', async () => {
    const run = await profiled(jvm, ['rests 200'], BPFTRACE, '--event', 'wall', '--threads');
    const finalizer = run.stacks.filter(({ frames }) => frames[0]?.startsWith('[Finalizer ') === true);
    expect(
      finalizer.map(({ frames }) => frames.slice(1, 3)),
      run.said,
    ).toEqual([['[blocked]', '[unfinished: no-registers]']]);
    expect(samplesWith(finalizer)).toBeGreaterThan(run.tookNs);
    expect(run.said).toMatch(/\d+ threads slept from before the start until after the end/);
  });

  test('what cannot be had is told in one line', async () => {
    const started = await runJtrace(['profile', '--event', 'nativemem', '--', '/bin/true']);
    expect(started.stderr).toContain('--event nativemem is looked up in a process that runs');
    expect(started.status).toBe(2);
    const woken = await runJtrace(['profile', String(native.pid), '--event', 'wall', '--waker']);
    expect(woken.stderr).toContain('--waker is of --event offcpu');
    expect(woken.status).toBe(2);
  });
});
