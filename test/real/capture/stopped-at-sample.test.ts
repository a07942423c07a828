// The oracle of the capture: the process is stopped at the sampled instruction, and what was captured is compared with what the
// kernel says of the stopped process: bytes of /proc/PID/mem, sp and pc of /proc/PID/task/TID/syscall.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { pointOf } from '../../../src/model/registers.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { withCompiledAsync } from '../../support/machine-code.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { startReady } from '../processes/ready-process.ts';
import { programFor, withCapture } from './captured.ts';

/** Per bpftrace; two threads, so that the other one must be stopped too. */
const STOPS = 25;

describeOnHost('stopped at the sampled instruction', ['root', 'bpftrace', 'cc'], () => {
  test.each(bpftracesAtHand())('%s: registers and every byte of the stack are those of the stopped thread', async (bpftrace) => {
    await withCompiledAsync('busy-stack.c', ['-O1', '-pthread'], async (path) => {
      const target = await startReady(path, ['2', '60']);
      try {
        const program = await programFor(bpftrace, [target.pid], { stopAtSample: true });
        await withCapture(bpftrace, program, async (captured) => {
          for (let stop = 1; stop <= STOPS; stop++) {
            const sample = (await captured.samplesAtLeast(stop)).at(stop - 1);
            if (sample?.registers == null) throw new Error('no registers');
            await stopped(target.pid, sample.tid);
            // "-1 sp pc" when it is not in a system call; with a number and arguments before them when it is.
            const place = readFileSync(`/proc/${String(target.pid)}/task/${String(sample.tid)}/syscall`, 'utf8')
              .trim()
              .split(' ');
            const [sp, pc] = place.slice(-2).map(Number);
            expect(sp).toBe(pointOf(sample.registers).sp);
            // The vsyscall page aside, pc does not move: a tick in a system call sees the instruction after it.
            expect(pc).toBe(pointOf(sample.registers).pc);
            for (const chunk of sample.stack.chunks) {
              expect(Buffer.compare(memory(target.pid, chunk.address, chunk.bytes.length), chunk.bytes)).toBe(0);
            }
            // Stopped means stopped: no second sample before it goes on.
            await sleep(60);
            expect(captured.samples()).toHaveLength(stop);
            process.kill(target.pid, 'SIGCONT');
          }
          expect(captured.kinds().filter((kind) => kind === 'lost' || kind === 'broken-sample')).toEqual([]);
        });
      } finally {
        process.kill(target.pid, 'SIGCONT');
        await target.stop();
      }
    });
  });
});

async function stopped(pid: number, tid: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const stat = readFileSync(`/proc/${String(pid)}/task/${String(tid)}/stat`, 'utf8');
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')) return;
    await sleep(10);
  }
  throw new Error('the thread did not stop');
}

function memory(pid: number, address: number, length: number): Buffer {
  const descriptor = openSync(`/proc/${String(pid)}/mem`, 'r');
  try {
    const bytes = Buffer.alloc(length);
    expect(readSync(descriptor, bytes, 0, length, address)).toBe(length);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}
