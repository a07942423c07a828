// One capture from start to end: takes its events, counts, and says when it is over. What a sample means is the resolver's affair.

import type { Capture } from '../bpftrace/run.ts';
import { startCapture } from '../bpftrace/run.ts';
import type { CaptureEvent } from '../model/capture.ts';
import type { OperatorError } from '../model/errors.ts';
import type { CaptureProgram, JvmThreadLocator } from '../model/program.ts';
import type { Pid } from '../model/units.ts';
import type { RawSample } from '../model/sample.ts';

export interface SessionSinks {
  readonly sample: (sample: RawSample) => void;
  readonly exec: (pid: Pid) => void;
  readonly exit: (pid: Pid) => void;
  readonly fork: (parent: Pid, child: Pid) => void;
  /** One of `every` ticks is sampled from now on. */
  readonly budget: (every: number) => void;
  readonly message: (text: string) => void;
  /** bpftrace's own time, once a second. */
  readonly heartbeat: (timeNs: number) => void;
}

export interface CaptureCounts {
  readonly lostEvents: number;
  readonly brokenSamples: number;
  /** The most ticks that one sample stood for; 1: the budget was never reached. */
  readonly largestTicks: number;
  /** Left out before the budget's reduction. */
  readonly skippedTicks: number;
}

export interface CaptureSession {
  /** Settles when every probe is attached, or when it failed before; true: it runs. */
  readonly ready: Promise<boolean>;
  /** Settles when all output was delivered. */
  readonly finished: Promise<void>;
  readonly counts: CaptureCounts;
  /** Why it broke off; null: it did not. */
  readonly failure: OperatorError | null;
  stop(): Promise<void>;
  feedJvm(locator: JvmThreadLocator): void;
}

export async function startSession(bpftracePath: string, program: CaptureProgram, sinks: SessionSinks): Promise<CaptureSession> {
  const counts = { lostEvents: 0, brokenSamples: 0, largestTicks: 1, skippedTicks: 0 };
  let failure: OperatorError | null = null;
  let settle: (isReady: boolean) => void = () => undefined;
  const ready = new Promise<boolean>((resolve) => (settle = resolve));
  const onEvent = (event: CaptureEvent): void => {
    switch (event.kind) {
      case 'ready':
        settle(true);
        return;
      case 'sample':
        // The record that told it may be among the lost ones.
        if (event.sample.ticks > counts.largestTicks) counts.largestTicks = event.sample.ticks;
        sinks.sample(event.sample);
        return;
      case 'lost':
        counts.lostEvents += event.count;
        return;
      case 'broken-sample':
        counts.brokenSamples += 1;
        return;
      case 'fork':
        sinks.fork(event.parent, event.child);
        return;
      case 'exec':
        sinks.exec(event.pid);
        return;
      case 'exit':
        sinks.exit(event.pid);
        return;
      case 'budget':
        counts.skippedTicks = Math.max(counts.skippedTicks, event.skippedTicks);
        if (event.every > counts.largestTicks) counts.largestTicks = event.every;
        sinks.budget(event.every);
        return;
      case 'heartbeat':
        sinks.heartbeat(event.timeNs);
        return;
      case 'message':
        sinks.message(event.text);
        return;
      case 'failed':
        failure = event.error;
        return;
      case 'stopped':
        settle(false);
        return;
      default:
        event satisfies never;
    }
  };
  const capture: Capture = await startCapture({ bpftracePath, program, onEvent });
  return {
    ready,
    finished: capture.finished,
    counts,
    get failure() {
      return failure;
    },
    stop: () => capture.stop(),
    feedJvm(locator) {
      // Not confirmed means that anchors of this JVM are read after the tick instead: approximate, and counted as such.
      void capture.feedJvm(locator);
    },
  };
}
