// A reader that stalls with a buffer that is too small: events are lost, counted, and no sample is put together from two.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { pointOf } from '../../../src/model/registers.ts';
import { asPid } from '../../../src/model/units.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { withCompiledAsync } from '../../support/machine-code.ts';
import { REPOSITORY } from '../../support/repository.ts';
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

  test('the record that says that all is attached: a sample says it, too', async () => {
    const [bpftrace = ''] = bpftracesAtHand();
    const folder = mkdtempSync(join(tmpdir(), 'jtrace-unready-'));
    try {
      const fake = join(folder, 'unready');
      const recorded = join(REPOSITORY, 'test/fixtures/capture/bpftrace-0.17.0.txt');
      const script = `trap 'exit 0' INT\ncat > /dev/null\ngrep -v '^R$' '${recorded}'\nwhile :; do sleep 0.1; done\n`;
      writeFileSync(fake, `#!/bin/sh\n${script}`, { mode: 0o755 });
      await withCapture(fake, await programFor(bpftrace, [asPid(process.pid)]), async (captured) => {
        await captured.ready();
        expect(captured.samples().length).toBeGreaterThan(0);
        await captured.capture.stop();
        expect(captured.kinds().at(-1)).toBe('stopped');
        expect(captured.kinds()).not.toContain('failed');
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
