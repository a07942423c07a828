// A reader that stalls with a buffer that is too small: events are lost, counted, and no sample is put together from two.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { pointOf } from '../../../src/model/registers.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { withCompiledAsync } from '../../support/machine-code.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { startReady } from '../processes/ready-process.ts';
import { programFor, withCapture } from './captured.ts';

describeOnHost('lost events', ['root', 'bpftrace', 'cc'], () => {
  test.each(bpftracesAtHand())('%s', async (bpftrace) => {
    await withCompiledAsync('busy-stack.c', ['-O1', '-pthread'], async (path) => {
      const target = await startReady(path, ['2', '60']);
      try {
        const program = await programFor(bpftrace, [target.pid], { rateHz: 499 });
        const small = { ...program, environment: { ...program.environment, BPFTRACE_PERF_RB_PAGES: '16' } };
        await withCapture(bpftrace, small, async (captured) => {
          await captured.samplesAtLeast(20);
          for (let stall = 0; stall < 3; stall++) {
            process.kill(captured.capture.bpftracePid ?? 0, 'SIGSTOP');
            await sleep(500);
            process.kill(captured.capture.bpftracePid ?? 0, 'SIGCONT');
            await sleep(500);
          }
          await captured.capture.stop();
          const lost = captured.events.reduce((sum, event) => sum + (event.kind === 'lost' ? event.count : 0), 0);
          expect(lost).toBeGreaterThan(0);
          expect(captured.kinds()).not.toContain('failed');
          // Two threads, each with its own stack: a chunk of the other one would lie elsewhere, a hole is told.
          for (const { registers, stack } of captured.samples()) {
            if (registers === null) throw new Error('no registers');
            const copied = stack.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
            expect(copied + stack.lostChunks * program.chunkBytes).toBeGreaterThanOrEqual(stack.end - pointOf(registers).sp);
            for (const { address } of stack.chunks) expect(address).toBeLessThan(stack.end);
          }
        });
      } finally {
        await target.stop();
      }
    });
  });
});
