// The budget, on every bpftrace: at 3,000 Hz on busy threads the program itself keeps to it, tells so, and weighs its samples so
// that they come to what was ticked; when the load falls, the rate rises again.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RawSample } from '../../../src/model/sample.ts';
import type { Pid } from '../../../src/model/units.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { withCompiledAsync } from '../../support/machine-code.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { startReady } from '../processes/ready-process.ts';
import { type Captured, cpuMs, programFor, withCapture } from './captured.ts';

const NO_BYTES = 2 ** 34;
const NO_SAMPLES = 1_000_000;

function budgets(captured: Captured): { readonly every: number; readonly skippedTicks: number }[] {
  return captured.events.flatMap((event) => (event.kind === 'budget' ? [event] : []));
}

const copiedBytes = (samples: readonly RawSample[]): number =>
  samples.reduce((sum, { stack }) => sum + stack.chunks.reduce((bytes, chunk) => bytes + chunk.bytes.length, 0), 0);

/** Seconds from the first sample to the last. */
function spanSeconds(samples: readonly RawSample[]): number {
  const times = samples.map(({ timeNs }) => timeNs);
  return (Math.max(...times) - Math.min(...times)) / 1e9;
}

describeOnHost('the budget', ['root', 'bpftrace', 'cc'], () => {
  test.each(bpftracesAtHand())('of samples: %s', async (bpftrace) => {
    await withBusy('1', async (pid) => {
      const budget = { samplesPerSecond: 200, bytesPerSecond: NO_BYTES };
      await withCapture(bpftrace, await programFor(bpftrace, [pid], { rateHz: 3000, budget }), async (captured) => {
        await captured.ready();
        await captured.until('a reduction', () => budgets(captured)[0] ?? null);
        const from = { cpuMs: cpuMs(pid), timeNs: Number(process.hrtime.bigint()) };
        await captured.samplesAtLeast(500);
        const to = { cpuMs: cpuMs(pid), timeNs: Number(process.hrtime.bigint()) };
        await captured.capture.stop();
        const samples = captured.samples();
        const every = Math.max(...budgets(captured).map((event) => event.every));
        expect(every).toBeGreaterThan(1);
        // The first second may be used up at once, and a window has room for four shares.
        expect(samples.length).toBeLessThan(200 * (spanSeconds(samples) + 1) + 4 * 20);
        const settled = samples.filter(({ ticks }) => ticks > 1);
        expect(settled.length).toBeGreaterThan(samples.length / 2);
        for (const { ticks } of settled) expect(ticks).toBeLessThanOrEqual(every);
        // What the samples stand for is what ticked while the target ran; samples.test.ts says why that is not exact.
        const inTime = samples.filter(({ timeNs }) => from.timeNs <= timeNs && timeNs < to.timeNs);
        const weighed = inTime.reduce((sum, { ticks }) => sum + ticks, 0) / 3000 / ((to.cpuMs - from.cpuMs) / 1000);
        expect(weighed).toBeGreaterThan(0.5);
        expect(weighed).toBeLessThan(1.8);
      });
    });
  });

  test.each(bpftracesAtHand())('of bytes: %s', async (bpftrace) => {
    await withBusy('400', async (pid) => {
      const budget = { samplesPerSecond: NO_SAMPLES, bytesPerSecond: 4 * 1024 ** 2 };
      await withCapture(bpftrace, await programFor(bpftrace, [pid], { rateHz: 1000, budget }), async (captured) => {
        await captured.ready();
        await captured.samplesAtLeast(60);
        await sleep(1000);
        await captured.capture.stop();
        const samples = captured.samples();
        expect(Math.max(...budgets(captured).map(({ every }) => every))).toBeGreaterThan(1);
        expect(copiedBytes(samples)).toBeLessThan(budget.bytesPerSecond * (spanSeconds(samples) + 1.5) + 65536 * 4);
        // Fewer samples, not shorter ones.
        for (const { stack } of samples) expect(stack.cut).toBe(false);
      });
    });
  });

  test.each(bpftracesAtHand())('rises again: %s', async (bpftrace) => {
    await withBusy('1', async (pid) => {
      const budget = { samplesPerSecond: 200, bytesPerSecond: NO_BYTES };
      await withCapture(bpftrace, await programFor(bpftrace, [pid], { rateHz: 3000, budget }), async (captured) => {
        await captured.ready();
        const lowest = await captured.until('a reduction', () => budgets(captured).at(-1)?.every ?? null);
        process.kill(pid, 'SIGSTOP');
        const highest = (): number => Math.max(...budgets(captured).map(({ every }) => every));
        await captured.until('a higher rate', () => ((budgets(captured).at(-1)?.every ?? Infinity) < highest() ? true : null));
        expect(lowest).toBeGreaterThan(1);
        process.kill(pid, 'SIGCONT');
      });
    });
  });
});

async function withBusy(depth: string, use: (pid: Pid) => Promise<void>): Promise<void> {
  await withCompiledAsync('busy-stack.c', ['-O1', '-pthread'], async (path) => {
    const target = await startReady(path, ['1', depth]);
    try {
      await use(target.pid);
    } finally {
      await target.stop();
    }
  });
}
