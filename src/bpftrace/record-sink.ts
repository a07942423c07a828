// What the lines of the capture program say (records.ts), and who is told.

import type { Registers } from '../model/registers.ts';
import type { RawSample } from '../model/sample.ts';
import type { LabelKind } from '../model/sample-labels.ts';

export interface SampleHead {
  readonly key: number;
  readonly timeNs: number;
  readonly cpu: number;
  readonly pid: number;
  readonly tid: number;
  readonly mode: RawSample['mode'];
  readonly hasRegisters: boolean;
  /** Where the copy begins: sp, down to a chunk's boundary. 0 without registers. */
  readonly copyStart: number;
  /** Where the program believes the stack to end; 0: unknown. */
  readonly stackEnd: number;
  /** Where it stops copying at the latest. */
  readonly copyEnd: number;
  readonly hasAnchor: boolean;
  /** Ticks it stands for, at least 1. */
  readonly ticks: number;
  readonly comm: string;
}

/** What a weight's record says besides. */
export type WeightExtras = Pick<RawSample, 'doing' | 'waker'>;

/** Who is told. One method per record, so that nothing is allocated for dispatch. */
export interface RecordSink {
  head(head: SampleHead): void;
  registers(key: number, registers: Registers): void;
  anchor(key: number, thread: number, sp: number, pc: number, fp: number): void;
  kernelStack(key: number, addresses: readonly bigint[]): void;
  /** `bytes` is only valid during the call. */
  chunk(key: number, address: number, bytes: Uint8Array): void;
  /** `stackStart`: as in RawSample; 0: not told. */
  tail(key: number, tid: number, chunkCount: number, stackStart: number): void;
  /** What the event of a sample was measured to be; before or after the sample. */
  weight(key: number, tid: number, amount: number, also: WeightExtras): void;
  /** A share of it, with the labels so far and this one: more follows. */
  share(key: number, tid: number, amount: number, kind: LabelKind): void;
  /** What the event of a sample says of itself, a character each byte; a longer text comes in several. Before the weight, or before the sample is whole. */
  label(key: number, tid: number, kind: LabelKind, text: string): void;
  /** How long what this thread waits for takes will not be known: a map was full, or others do the same. */
  unnoted(tid: number): void;
  fork(parent: number, child: number): void;
  exec(pid: number): void;
  exit(pid: number): void;
  jvmFed(pid: number): void;
  ready(): void;
  heartbeat(timeNs: number): void;
  budget(every: number, skippedTicks: number): void;
  /** A line that is no record: bpftrace's own words, or damage. */
  other(text: string): void;
}
