// What a running capture says, in order. The runner turns bpftrace's output, exit and failures into these and nothing else.

import type { OperatorError } from './errors.ts';
import type { RawSample } from './sample.ts';
import type { Pid, Tid } from './units.ts';

export type CaptureEvent =
  /** Every probe is attached; sampling goes on. Once. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'sample'; readonly sample: RawSample }
  /** Events (not samples) that bpftrace could not deliver. `count` since the last such event. */
  | { readonly kind: 'lost'; readonly count: number }
  /** A sample whose head or tail was lost, so that nothing can be made of it. Counted as a sample by the summary. */
  | { readonly kind: 'broken-sample'; readonly tid: Tid | null }
  /** From now on one of `every` ticks is sampled; `skippedTicks` were left out at once so far. */
  | { readonly kind: 'budget'; readonly every: number; readonly skippedTicks: number }
  /** A followed process forked. */
  | { readonly kind: 'fork'; readonly parent: Pid; readonly child: Pid }
  /** A followed process replaced its program. */
  | { readonly kind: 'exec'; readonly pid: Pid }
  /** A followed process ended (its last thread). */
  | { readonly kind: 'exit'; readonly pid: Pid }
  /** About once a second while running: tells a stall from silence. */
  | { readonly kind: 'heartbeat'; readonly timeNs: number }
  /** bpftrace said something that is neither record nor known noise; shown with -v, kept for error reports. */
  | { readonly kind: 'message'; readonly text: string }
  /** It could not start or broke off. Last but for 'stopped'. */
  | { readonly kind: 'failed'; readonly error: OperatorError }
  /** bpftrace has ended and all its output was delivered. Always the last event. */
  | { readonly kind: 'stopped' };
