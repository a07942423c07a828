// Profiles of events beside programs that do a known number of them: events of docs/events.md, on the bpftrace of the system; the
// two ways to weigh one on every other bpftrace at hand. Counts are exact where nothing else of the kind happens at that place.

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
const SLEEP_NS = 20e6;

const folder = dirSync({ unsafeCleanup: true }).name;
const program = join(folder, 'counted-work');
let java: JavaPrograms;
let jvm: ReadyProcess;
let native: ReadyProcess;

/** Profiles `process` while it does one piece of work. */
function profiled(process: ReadyProcess, work: string, bpftrace: string, ...args: readonly string[]): Promise<Profiled> {
  return profiledWork(folder, process, [work], bpftrace, ...args);
}

/** The same of blocked time. */
function profiledWaits(process: ReadyProcess, work: string, bpftrace = BPFTRACE): Promise<Profiled> {
  return withSwitchesSeen(
    bpftrace,
    () => profiled(process, work, bpftrace, '--event', 'offcpu'),
    () => process.pid,
  );
}

/** Each array has a header of 16 bytes. A thread-local buffer may be begun there, too, which is smaller than one of them. */
function expectMegabytes(stacks: Profiled['stacks'], count: number): void {
  const bytes = samplesWith(stacks, 'CountedEvents.allocateMegabytes');
  const array = 2 ** 20 + 16;
  expect(bytes).toBeGreaterThanOrEqual(count * array);
  expect(bytes).toBeLessThan((count + 1) * array);
  // Of a class: the leaf.
  expect(samplesWith(stacks, '[class [B]')).toBeGreaterThanOrEqual(count * array);
}

describeOnHost('events of known number', ['root', 'bpftrace', 'jdk17', 'cc'], () => {
  beforeAll(async () => {
    const source = join(REPOSITORY, 'test/programs/counted-work.c');
    const { status, stderr } = spawnSync('cc', ['-O1', '-o', program, source], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    native = await startReady(program, []);
    java = new JavaPrograms('CountedEvents');
    jvm = await java.start('CountedEvents');
  });
  afterAll(async () => {
    await native.stop();
    await java.close();
  });

  describe('a native program', () => {
    test('page faults: one for each page touched', async () => {
      const { stacks, said } = await profiled(native, 'faults 300', BPFTRACE, '--event', 'faults');
      expect(samplesWith(stacks, 'touch_pages')).toBe(300);
      expect(said).toMatch(/^Sampled +3\d\d page faults in /m);
    });

    test('system calls, far over the budget: the sampled ones stand for all', async () => {
      const { stacks, said } = await profiled(native, 'syscalls 200000', BPFTRACE, '--event', 'syscalls');
      const counted = samplesWith(stacks, 'call_kernel');
      // One in so many: off by what is left of the last of them, on each CPU, and of each change.
      expect(counted, said).toBeGreaterThan(190_000);
      expect(counted).toBeLessThan(210_000);
      expect(said).toMatch(/over the budget of 1000 samples .* events is sampled/);
    });

    test.each(bpftracesAtHand())('events that alternate are sampled alike, on %s', async (bpftrace) => {
      const { stacks, said } = await profiled(native, 'pairs 400000', bpftrace, '--event', 'syscalls');
      const [first, second] = [samplesWith(stacks, 'call_first'), samplesWith(stacks, 'call_second')];
      expect(said).toMatch(/1 of \d+ events is sampled/);
      // Some thousand samples, the last few hundred of which stand for most: four standard deviations of 200.
      expect(first / (first + second), said).toBeGreaterThan(0.36);
      expect(first / (first + second), said).toBeLessThan(0.64);
    });

    test('an event of which one in so many is counted: each sample stands for all of them', async () => {
      const { stacks, said } = await profiled(native, 'faults 3000', BPFTRACE, '--event', 'software:page-faults:100');
      const touched = samplesWith(stacks, 'touch_pages');
      expect(touched, said).toBeGreaterThanOrEqual(2900);
      expect(touched, said).toBeLessThanOrEqual(3100);
      expect(said).toMatch(/^Sampled +3,?\d\d\d events in /m);
    });

    test('any function, by its probe', async () => {
      const { stacks, said } = await profiled(native, 'calls 350', BPFTRACE, '--event', `uprobe:${program}:counted_call`);
      expect(samplesWith(stacks, 'call_often'), said).toBe(350);
      expect(samplesWith(stacks, 'counted_call')).toBe(350);
      expect(said).toMatch(/^Sampled +350 events in /m);
    });

    test('blocked time, none of the waits that are shorter than asked', async () => {
      const { stacks, tookNs, recording } = await profiledWaits(native, 'sleeps 20');
      const slept = samplesWith(stacks, 'sleep_often');
      expect(slept).toBeGreaterThanOrEqual(20 * SLEEP_NS);
      expect(slept).toBeLessThanOrEqual(tookNs);
      const short = await profiled(native, 'sleeps 5', BPFTRACE, '--event', 'offcpu', '--min-blocked', '30s');
      expect(samplesWith(short.stacks, 'sleep_often')).toBe(0);

      const cpu = join(folder, 'cpu.jtrace');
      await runJtrace(['profile', String(native.pid), '-d', '200ms', '-q', '-o', cpu]);
      const merged = await runJtrace(['merge', recording, cpu, '-o', join(folder, 'both.jtrace')]);
      expect(merged.status).toBe(2);
      expect(merged.stderr).toMatch(/is of the event offcpu, .* of cpu: they have no common measure/);
      const report = await runJtrace(['report', recording, '--json']);
      expect(JSON.parse(report.stdout)).toMatchObject({
        event: { name: 'offcpu', counts: 'blocked' },
        weightUnit: 'nanoseconds',
      });
    });
  });

  describe('a JVM', () => {
    test('blocked time of its threads, asleep and parked, with Java stacks', async () => {
      const slept = await profiledWaits(jvm, 'sleeps 20');
      expect(samplesWith(slept.stacks, 'CountedEvents.sleepOften')).toBeGreaterThanOrEqual(20 * SLEEP_NS);
      expect(samplesWith(slept.stacks, 'CountedEvents.sleepOften')).toBeLessThanOrEqual(slept.tookNs);
      const parked = await profiledWaits(jvm, 'parks 15');
      const inPark = samplesWith(parked.stacks, 'CountedEvents.parkOnce');
      // Before it is switched out, it has used some of the time itself.
      expect(inPark).toBeGreaterThan(14 * SLEEP_NS);
      expect(inPark).toBeLessThanOrEqual(parked.tookNs);
      // And the thread that waits for it.
      expect(samplesWith(parked.stacks, 'java/lang/Thread.join')).toBeGreaterThan(14 * SLEEP_NS);
    });

    test('exceptions', async () => {
      const { stacks } = await profiled(jvm, 'exceptions 120', BPFTRACE, '--event', 'exceptions');
      expect(samplesWith(stacks, 'CountedEvents.throwOne')).toBe(120);
    });

    test('bytes allocated', async () => {
      const { stacks, said } = await profiled(jvm, 'megabytes 30', BPFTRACE, '--event', 'alloc');
      expectMegabytes(stacks, 30);
      expect(said).toMatch(/^Sampled +30\.\d MiB allocated: \d+ stacks in /m);
    });

    test('classes loaded', async () => {
      const { stacks } = await profiled(jvm, 'classes 25', BPFTRACE, '--event', 'classload');
      expect(samplesWith(stacks, 'CountedEvents.loadOften')).toBe(25);
    });
  });

  describe.each(OTHERS)('on %s', (bpftrace) => {
    test('counts, sizes and times', async () => {
      const faults = await profiled(native, 'faults 300', bpftrace, '--event', 'faults');
      expect(samplesWith(faults.stacks, 'touch_pages'), faults.said).toBe(300);
      const calls = await profiled(native, 'calls 150', bpftrace, '--event', `uprobe:${program}:counted_call`);
      expect(samplesWith(calls.stacks, 'counted_call'), calls.said).toBe(150);
      const thrown = await profiled(jvm, 'exceptions 60', bpftrace, '--event', 'exceptions');
      expect(samplesWith(thrown.stacks, 'CountedEvents.throwOne'), thrown.said).toBe(60);
      const loaded = await profiled(jvm, 'classes 15', bpftrace, '--event', 'classload');
      expect(samplesWith(loaded.stacks, 'CountedEvents.loadOften'), loaded.said).toBe(15);
      const bytes = await profiled(jvm, 'megabytes 10', bpftrace, '--event', 'alloc');
      expectMegabytes(bytes.stacks, 10);
      const slept = await profiledWaits(jvm, 'sleeps 10', bpftrace);
      expect(samplesWith(slept.stacks, 'CountedEvents.sleepOften')).toBeGreaterThanOrEqual(10 * SLEEP_NS);
      expect(samplesWith(slept.stacks, 'CountedEvents.sleepOften')).toBeLessThanOrEqual(slept.tookNs);
    });
  });

  test.each(bpftracesAtHand())('what is not there is told in one line, on %s', async (bpftrace) => {
    for (const probe of [
      'tracepoint:no:such',
      `uprobe:${program}:no_such`,
      'uprobe:/no/such/file:f',
      `usdt:${program}:no:such`,
    ]) {
      const { status, stderr } = await runJtrace(['profile', String(native.pid), '--bpftrace', bpftrace, '--event', probe]);
      expect(stderr).toContain(`there is no ${probe} here`);
      expect(status).toBe(2);
    }
    const alloc = await runJtrace(['profile', String(native.pid), '--bpftrace', bpftrace, '--event', 'alloc']);
    expect(alloc.stderr).toContain('is no JVM, and --event alloc is one of JVMs');
  });
});
