// Samples of a program whose stacks are known, on every bpftrace at hand.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asX86, pointOf } from '../../../src/model/registers.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { withCompiledAsync } from '../../support/machine-code.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { startReady, type ReadyProcess } from '../processes/ready-process.ts';
import { cpuMs, programFor, withCapture } from './captured.ts';

const CC = ['-O1', '-pthread'];
/**
 * Low, because what bpftrace and this test do with a sample comes right after its tick and so is never sampled itself: on a busy
 * machine the target's share of ticks exceeds its share of CPU time by what the reader takes (at 199 Hz by up to 30 %).
 */
const RATE_HZ = 49;

describeOnHost('capture of busy-stack', ['root', 'bpftrace', 'cc'], () => {
  let target: ReadyProcess;
  let finish: () => void = () => undefined;
  let compiled: Promise<void>;
  beforeAll(async () => {
    await new Promise<void>((resolve, reject) => {
      compiled = withCompiledAsync('busy-stack.c', CC, async (path) => {
        target = await startReady(path, ['1', '40']);
        resolve();
        await new Promise<void>((done) => (finish = done));
        await target.stop();
      });
      compiled.catch(reject);
    });
  });
  afterAll(async () => {
    finish();
    await compiled;
  });

  test.each(bpftracesAtHand())('%s', async (bpftrace) => {
    const text = executableRange(target.pid);
    await withCapture(bpftrace, await programFor(bpftrace, [target.pid], { rateHz: RATE_HZ }), async (captured) => {
      await captured.ready();
      const from = { cpuMs: cpuMs(target.pid), timeNs: Number(process.hrtime.bigint()) };
      await sleep(6000);
      const to = { cpuMs: cpuMs(target.pid), timeNs: Number(process.hrtime.bigint()) };
      await captured.capture.stop();
      const samples = captured.samples();
      // As many ticks as its CPU time says: by their own time, since output may be late on a loaded machine.
      const ticks = samples.filter(({ timeNs }) => from.timeNs <= timeNs && timeNs < to.timeNs).length;
      const expected = ((to.cpuMs - from.cpuMs) / 1000) * RATE_HZ;
      expect(ticks / expected).toBeGreaterThan(0.75);
      expect(ticks / expected).toBeLessThan(1.25);
      for (const sample of samples) checkSample(sample, target.pid, text);
      // 20 system calls after each 200,000 multiplications: most ticks are in user mode, and its leaf is in the program itself.
      const user = samples.filter(({ mode }) => mode === 'user');
      expect(user.length).toBeGreaterThan(samples.length / 2);
      const inProgram = user.filter(
        ({ registers }) => registers !== null && text.start <= pointOf(registers).pc && pointOf(registers).pc < text.end,
      );
      expect(inProgram.length).toBeGreaterThan(user.length * 0.9);
      expect(captured.kinds().filter((kind) => kind === 'lost' || kind === 'broken-sample' || kind === 'failed')).toEqual([]);
      expect(captured.kinds().at(-1)).toBe('stopped');
      expect(captured.said()).toBe('');
    });
  });

  test.each(bpftracesAtHand())(
    '%s: --no-kernel leaves the kernel stack out; a window smaller than the stack is cut',
    async (bpftrace) => {
      const program = await programFor(bpftrace, [target.pid], { kernelStack: false, stackBytes: 4096 });
      await withCapture(bpftrace, program, async (captured) => {
        for (const { kernelStack, stack } of await captured.samplesAtLeast(50)) {
          expect(kernelStack).toEqual([]);
          expect(stack.cut).toBe(true);
          expect(stack.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(4096);
        }
      });
    },
  );

  test.each(bpftracesAtHand())('%s: the largest window of its dialect loads and works, stopping too', async (bpftrace) => {
    const program = await programFor(bpftrace, [target.pid], { stackBytes: 2 ** 30, followChildren: true });
    expect(program.windowBytes).toBeGreaterThanOrEqual(256 * 1024);
    await withCapture(bpftrace, program, async (captured) => {
      for (const { stack } of await captured.samplesAtLeast(10)) expect(stack.cut).toBe(false);
    });
    const stopping = await programFor(bpftrace, [], { stackBytes: 2 ** 30, stopAtSample: true });
    await withCapture(bpftrace, stopping, async (captured) => {
      await captured.ready();
    });
  });
});

function checkSample(sample: RawSample, pid: number, text: { start: number; end: number }): void {
  const { registers, stack, kernelStack, mode, comm } = sample;
  expect(sample.pid).toBe(pid);
  expect(sample.tid).not.toBe(pid);
  expect(comm).toBe(readFileSync(`/proc/${String(pid)}/comm`, 'utf8').trim());
  if (registers === null) throw new Error('registers were not found');
  expect(asX86(registers).cs).toBe(0x33);
  expect(stack).toMatchObject({ lostChunks: 0, cut: false, unreadablePages: [] });
  expect(stack.chunks).toHaveLength(1);
  const [chunk] = stack.chunks;
  if (chunk === undefined) throw new Error('no stack');
  expect(pointOf(registers).sp).toBeGreaterThanOrEqual(chunk.address);
  expect(pointOf(registers).sp - chunk.address).toBeLessThan(4096);
  expect(chunk.address + chunk.bytes.length).toBeGreaterThanOrEqual(stack.end);
  // 41 activations of busy_descend, each with its return address into the program.
  const words = new BigUint64Array(chunk.bytes.slice().buffer);
  const returns = words.filter((word) => BigInt(text.start) <= word && word < BigInt(text.end));
  expect(returns.length).toBeGreaterThanOrEqual(41);
  if (mode === 'user') expect(kernelStack).toEqual([]);
  for (const address of kernelStack) expect(address).toBeGreaterThanOrEqual(0xffff_8000_0000_0000n);
}

/** The program's own code: its first executable mapping. */
function executableRange(pid: number): { start: number; end: number } {
  const line = readFileSync(`/proc/${String(pid)}/maps`, 'utf8')
    .split('\n')
    .find((each) => each.includes(' r-xp '));
  const match = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line ?? '');
  return { start: parseInt(match?.[1] ?? '', 16), end: parseInt(match?.[2] ?? '', 16) };
}
