// What tapped-jtrace.ts tells its harness: messages over the IPC channel, and the samples of a run as columns.

import { isRecord } from '../support/is-record.ts';
import type { Leaf } from './leaf-key.ts';

/** A StackOutcome with the same fields for all kinds; two approximate reasons are one text. */
export interface TapOutcome {
  readonly kind: 'complete' | 'approximate' | 'unfinished';
  readonly reason: string;
  readonly detail: string;
}

/** One row per sample; `outcome` and `leaf` are indexes into the tables below them. */
export interface TapNotes {
  readonly timeNs: readonly number[];
  readonly tid: readonly number[];
  readonly comm: readonly string[];
  readonly hasJava: readonly boolean[];
  readonly outcome: readonly number[];
  readonly leaf: readonly number[];
  /** Of unfinished stacks: the last frames before the walk stopped, leaf first; else ''. */
  readonly top: readonly string[];
  readonly outcomes: readonly TapOutcome[];
  readonly leaves: readonly Leaf[];
}

/** `cpuUs`: CPU time jtrace's own process has used so far. */
export type TapMessage =
  | { readonly kind: 'sampling'; readonly cpuUs: number }
  | { readonly kind: 'ended'; readonly cpuUs: number; readonly notes: TapNotes };

/** The other end is our own program: its word is taken once the message is one of ours. */
export function isTapMessage(message: unknown): message is TapMessage {
  return isRecord(message) && (message['kind'] === 'sampling' || message['kind'] === 'ended');
}
