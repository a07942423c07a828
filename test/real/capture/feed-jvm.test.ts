// A JVM is told to the running program, on every bpftrace at hand: anchors are captured from then on, and they are true.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asX86, pointOf } from '../../../src/model/registers.ts';
import { feedWords } from '../../../src/bpftrace/feed-words.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import type { JvmThreadLocator } from '../../../src/model/program.ts';
import { openTarget } from '../../../src/target/open-target.ts';
import { createProcessUnwinder } from '../../../src/unwind/process-unwinder.ts';
import { bpftracesAtHand, javaHome } from '../../support/host-tools.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { startReady, type ReadyProcess } from '../processes/ready-process.ts';
import { programFor, withCapture, type Captured } from './captured.ts';

describeOnHost('a JVM fed to the running program', ['root', 'bpftrace', 'jdk17'], () => {
  let target: ReadyProcess;
  let locator: JvmThreadLocator;
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-feed-'));
  beforeAll(async () => {
    const home = javaHome() ?? '';
    const compiled = spawnSync(join(home, 'bin/javac'), ['-d', folder, join(REPOSITORY, 'test/programs/BusyNative.java')]);
    expect(compiled.status).toBe(0);
    target = await startReady(join(home, 'bin/java'), ['-Xmx64m', '-cp', folder, 'BusyNative']);
    const reader = openTarget(target.pid);
    const unwinder = createProcessUnwinder(reader, { symbolAt: () => null }, { reread: false });
    unwinder.attach();
    const found = unwinder.locator();
    reader.close();
    if (found === null) throw new Error('no locator: is libjvm stripped?');
    locator = found;
  });
  afterAll(async () => {
    await target.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(bpftracesAtHand())('%s', async (bpftrace) => {
    const comm = readFileSync('/proc/self/comm', 'utf8');
    await withCapture(bpftrace, await programFor(bpftrace, [target.pid]), async (captured) => {
      await captured.samplesAtLeast(20);
      expect(captured.samples().filter(({ anchor }) => anchor !== null)).toEqual([]);
      expect(await captured.capture.feedJvm(locator)).toBe(true);
      expect(readFileSync('/proc/self/comm', 'utf8')).toBe(comm);
      const anchored = await anchoredSamples(captured, 300);
      checkAnchors(anchored);
    });
  });

  test.each(bpftracesAtHand())('%s: known before the start', async (bpftrace) => {
    await withCapture(bpftrace, await programFor(bpftrace, [target.pid], { jvms: [locator] }), async (captured) => {
      const samples = await captured.samplesAtLeast(300);
      expect(samples.filter(({ anchor }) => anchor === null)).toEqual([]);
      checkAnchors(samples);
    });
  });

  test.each(bpftracesAtHand())('%s: torn, foreign and impossible words are not believed', async (bpftrace) => {
    await withCapture(bpftrace, await programFor(bpftrace, [target.pid]), async (captured) => {
      await captured.ready();
      const comm = readFileSync('/proc/self/comm', 'utf8').trim();
      const words = feedWords(locator);
      for (let missing = 0; missing < words.length; missing++) {
        for (const word of words.filter((_, index) => index !== missing)) writeFileSync('/proc/self/comm', word);
        // What was heard of it must not complete the next one.
        for (const number of ['1', '2', '3']) writeFileSync('/proc/self/comm', `${number}0000000`);
      }
      writeFileSync('/proc/self/comm', comm);
      // Quoted: a word may hold any of 64 characters, ; < > and ` among them.
      const foreign = words.map((word) => `echo '${word}' > /proc/self/comm`).join('; ');
      expect(spawnSync('bash', ['-c', foreign]).status).toBe(0);
      expect(await captured.capture.feedJvm({ ...locator, tlsModuleId: 2 ** 30 })).toBe(false);
      const seen = captured.samples().length;
      const after = (await captured.samplesAtLeast(seen + 50)).slice(seen);
      expect(after.filter(({ anchor }) => anchor !== null)).toEqual([]);
      expect(await captured.capture.feedJvm(locator)).toBe(true);
    });
  });
});

async function anchoredSamples(captured: Captured, count: number): Promise<RawSample[]> {
  const anchored = (): RawSample[] => captured.samples().filter(({ anchor }) => anchor !== null);
  await captured.until(`${String(count)} anchored samples`, () => (anchored().length >= count ? true : null));
  return anchored();
}

function checkAnchors(samples: readonly RawSample[]): void {
  // busy-java runs compiled Java but for moments: r15 is its JavaThread.
  const java = samples.filter(({ comm, mode }) => comm === 'busy-java' && mode === 'user');
  expect(java.length).toBeGreaterThan(20);
  const equal = java.filter(
    ({ anchor, registers }) => anchor?.thread !== 0 && registers !== null && anchor?.thread === asX86(registers).r15,
  );
  expect(equal.length / java.length).toBeGreaterThan(0.95);
  // busy-native is in the kernel below a native method most of the time: a Java frame is below then, and its sp lies in the captured
  // stack. (A page fault in Java code is kernel mode too, without an anchor.)
  const native = samples.filter(({ comm, mode }) => comm === 'busy-native' && mode === 'kernel');
  const below = native.filter(({ anchor }) => anchor !== null && anchor.lastJavaSp !== 0);
  expect(below.length).toBeGreaterThan(5);
  expect(below.length / native.length).toBeGreaterThan(0.7);
  for (const { anchor, registers, stack } of below) {
    // The same where the kernel interrupted the wrapper itself, when it had set the anchor.
    expect(anchor?.lastJavaSp).toBeGreaterThanOrEqual(registers === null ? 0 : pointOf(registers).sp);
    expect(anchor?.lastJavaSp).toBeLessThan(stack.end);
  }
}
