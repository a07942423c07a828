// jtrace's own capture in its testing form: each sample stops the process at the sampled instruction. One stop at a time: the next
// comes after the process was let go on. Ends while the process stands still, so that no stop is left unexamined.

import { availableParallelism } from 'node:os';
import { findBpftrace } from '../../src/bpftrace/find.ts';
import { startCapture, type Capture } from '../../src/bpftrace/run.ts';
import type { CaptureEvent } from '../../src/model/capture.ts';
import type { JvmThreadLocator } from '../../src/model/program.ts';
import type { RawSample } from '../../src/model/sample.ts';
import type { Pid } from '../../src/model/units.ts';
import { dialectFor } from '../../src/program/dialects.ts';
import { renderStackBytes } from '../../src/program/stack-bytes.ts';

/** The largest stack of the test programs (recursion of 1,000 interpreted frames) has some 100 KiB. */
const STACK_BYTES = 512 * 1024;
/** Odd, so that stops do not fall into step with timers of the JVM. */
const RATE_HZ = 97;
/** A thread that is runnable gets a tick within 20 ms; phases that sleep take longer. */
const STOP_TIMEOUT_MS = 20_000;

export interface StopCapture {
  /** The next sample; its process is stopping. null: none came in time. */
  next(): Promise<RawSample | null>;
  end(): Promise<void>;
}

/** Starts bpftrace on one JVM. `bpftracePath` null: the one found. */
export async function captureStops(
  pid: Pid,
  locator: JvmThreadLocator | null,
  bpftracePath: string | null,
): Promise<StopCapture> {
  const found = await findBpftrace({ path: bpftracePath, searchPath: process.env['PATH'] });
  const dialect = dialectFor(found.version);
  const program = renderStackBytes(
    {
      pids: [pid],
      followChildren: false,
      rateHz: RATE_HZ,
      stackBytes: STACK_BYTES,
      kernelStack: true,
      budget: null,
      jvms: locator === null ? [] : [locator],
      stopAtSample: true,
    },
    dialect,
    { feederPid: process.pid, cpus: availableParallelism() },
  );
  const events: CaptureEvent[] = [];
  let wake: () => void = () => undefined;
  const capture: Capture = await startCapture({
    bpftracePath: found.path,
    program,
    onEvent: (event) => {
      if (event.kind === 'sample' || event.kind === 'failed' || event.kind === 'broken-sample' || event.kind === 'lost')
        events.push(event);
      wake();
    },
  });
  const take = (): RawSample | 'waiting' => {
    const event = events.shift();
    if (event === undefined) return 'waiting';
    if (event.kind === 'sample') return event.sample;
    throw event.kind === 'failed' ? event.error : new Error(`a stop's sample did not arrive whole: ${event.kind}`);
  };
  return {
    async next() {
      for (const end = Date.now() + STOP_TIMEOUT_MS; Date.now() < end;) {
        const sample = take();
        if (sample !== 'waiting') return sample;
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, 200);
        });
      }
      return null;
    },
    end: () => capture.stop(),
  };
}
