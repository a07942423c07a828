// A capture for tests: starts one on a target, collects its events, waits for what a test needs, and always ends it.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBpftrace } from '../../../src/bpftrace/find.ts';
import { startCapture, type Capture } from '../../../src/bpftrace/run.ts';
import type { CaptureEvent } from '../../../src/model/capture.ts';
import type { CaptureBudget, CaptureProgram, StackBytesValues } from '../../../src/model/program.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import type { Pid } from '../../../src/model/units.ts';
import { dialectFor } from '../../../src/program/dialects.ts';
import { renderStackBytes } from '../../../src/program/stack-bytes.ts';

/** In the program, and never reached. */
const AMPLE: CaptureBudget = { samplesPerSecond: 1_000_000, bytesPerSecond: 2 ** 34 };
/** Attaching takes 1 to 5 s here, more on a loaded machine. */
const READY_TIMEOUT_MS = 60_000;
const STEP_MS = 20;

export class Captured {
  readonly capture: Capture;
  readonly events: CaptureEvent[];

  constructor(capture: Capture, events: CaptureEvent[]) {
    this.capture = capture;
    this.events = events;
  }

  samples(): RawSample[] {
    return this.events.flatMap((event) => (event.kind === 'sample' ? [event.sample] : []));
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  /** All that bpftrace said, for a failed expectation. */
  said(): string {
    return this.events
      .flatMap((event) => {
        if (event.kind === 'message') return [event.text];
        return event.kind === 'failed' ? [event.error.message, String(event.error.cause)] : [];
      })
      .join('\n');
  }

  /** Waits until `what` gives something other than null. */
  async until<Result>(name: string, what: () => Result | null, timeoutMs = READY_TIMEOUT_MS): Promise<Result> {
    for (const end = Date.now() + timeoutMs; ; await sleep(STEP_MS)) {
      const result = what();
      if (result !== null) return result;
      if (Date.now() > end) throw new Error(`${name} did not come in ${String(timeoutMs)} ms; bpftrace said: ${this.said()}`);
    }
  }

  ready(): Promise<true> {
    return this.until('ready', () => {
      if (this.kinds().includes('stopped')) throw new Error(`bpftrace ended: ${this.said()}`);
      return this.kinds().includes('ready') ? true : null;
    });
  }

  async samplesAtLeast(count: number): Promise<RawSample[]> {
    await this.until(`${String(count)} samples`, () => (this.samples().length >= count ? true : null));
    return this.samples();
  }
}

/** The program that jtrace itself would run, for `pids`, with some values changed. */
export async function programFor(
  bpftracePath: string,
  pids: readonly Pid[],
  values: Partial<StackBytesValues> = {},
): Promise<CaptureProgram> {
  const { version } = await findBpftrace({ path: bpftracePath, searchPath: undefined });
  return renderStackBytes(
    {
      pids,
      followChildren: false,
      rateHz: 199,
      stackBytes: 65536,
      kernelStack: true,
      budget: AMPLE,
      jvms: [],
      stopAtSample: false,
      ...values,
    },
    dialectFor(version),
    { feederPid: process.pid, cpus: availableParallelism() },
  );
}

/** Runs `use` while the program is being captured. */
export async function withCapture(
  bpftracePath: string,
  program: CaptureProgram,
  use: (captured: Captured) => Promise<void>,
): Promise<void> {
  const events: CaptureEvent[] = [];
  const capture = await startCapture({ bpftracePath, program, onEvent: (event) => events.push(event) });
  try {
    await use(new Captured(capture, events));
  } finally {
    await capture.stop();
  }
}

/** User and system time so far, in milliseconds; USER_HZ is 100. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
