// What unwind-worker.ts prints.

/**
 * What is remembered between stacks. `nothing`: every blob, method and name is read anew for each stack. `proven-each`: remembered,
 * and proven by reads for each stack, as a run does at low rates. `proven-once`: proven once for all stacks, as in a large batch.
 */
export const MEMOS = ['nothing', 'proven-each', 'proven-once'] as const;
export type Memo = (typeof MEMOS)[number];

export interface Throughput {
  readonly memo: Memo;
  readonly stacks: number;
  readonly frames: number;
  readonly seconds: number;
}

export interface UnwindFigures {
  readonly recorded: number;
  readonly distinct: number;
  readonly throughput: readonly Throughput[];
}
