// What `jtrace residency --efault` has found: how often each read was tried and failed, and why. Texts of the target in it (comm, paths) are
// hostile: outputs escape them.

import type { EfaultProbe, EfaultRead } from './efault-request.ts';
import type { OperatorError } from './errors.ts';
import type { PageStateKind, UnreadableCause } from './page-state.ts';
import type { RunEnd } from './summary.ts';
import type { Ui } from './ui.ts';
import type { Pid, Tid } from './units.ts';

/**
 * How a read and the walk of the page tables beside it came out, in the order of templates/efault-read.bt. The two that disagree are races: the
 * page came or went between read and walk.
 */
export const READ_OUTCOMES = [
  'read',
  'read-though-missing',
  'empty',
  'failed',
  'failed-in-next-page',
  'failed-though-there',
] as const;
export type ReadOutcome = (typeof READ_OUTCOMES)[number];
export const FAILED_OUTCOMES: readonly ReadOutcome[] = ['failed', 'failed-in-next-page', 'failed-though-there'];

/** One failing read, as the program tells it. */
export interface FailedRead {
  /** Which read, in the order of the probes. */
  readonly index: number;
  readonly outcome: ReadOutcome;
  readonly pid: Pid;
  readonly tid: Tid;
  readonly parent: Pid;
  readonly comm: string;
  /** Where the text begins. */
  readonly addressText: string;
  /** The byte that could not be read, or the beginning of the page that could not. */
  readonly failingAddress: number;
  /** Entries of the page tables for it, here and in the parent (src/residency/page-table-entry.ts). */
  readonly entry: number;
  readonly parentEntry: number;
  readonly isForkChild: boolean;
  /** Where the main stacks of its program and of its parent's begin: after fork the same, after exec another. */
  readonly stackStart: number;
  readonly parentStackStart: number;
  readonly timeNs: number;
}

/** The same bytes once more: at the end of the call, or after its exec what the kernel has kept of them. */
export interface ReadAgain {
  readonly index: number;
  readonly tid: Tid;
  readonly where: 'exit' | 'exec';
  /** `zeros`: it can be read, and is empty. */
  readonly found: 'nothing' | 'bytes' | 'zeros';
  /** Of its thread since then: pages that had to be read from a disk, swap among them. */
  readonly majorFaults: number;
  readonly timeNs: number;
}

/** A process gives pages back. */
export interface PageAdvice {
  readonly pid: Pid;
  readonly start: number;
  readonly end: number;
  readonly timeNs: number;
}

export interface ReadExample {
  readonly pid: Pid;
  readonly comm: string;
  /** Hexadecimal. */
  readonly address: string;
  readonly state: PageStateKind;
  /** '' where no mapping is known; `[anonymous]` of memory without a name. */
  readonly mapping: string;
  readonly permissions: string;
}

export interface CauseRow {
  readonly cause: UnreadableCause;
  readonly count: number;
  /** How many of them were looked at again, and how many could be read then. */
  readonly again: { readonly asked: number; readonly read: number };
  /** The first. */
  readonly example: ReadExample;
}

export interface ReadRow {
  readonly probe: string;
  readonly name: string;
  readonly what: EfaultRead['what'];
  /** All that were tried, and which of them failed. */
  readonly reads: number;
  readonly failed: number;
  /** Read, and nothing in it: no failure. */
  readonly empty: number;
  readonly outcomes: Readonly<Record<ReadOutcome, number>>;
  /** Most first. They sum up to fewer than `failed` where not all were told. */
  readonly causes: readonly CauseRow[];
}

export interface EfaultResult {
  readonly version: 1;
  readonly rows: readonly ReadRow[];
  readonly durationMs: number;
  readonly end: RunEnd;
  readonly kernel: string;
  readonly bpftraceVersion: string;
  /** `kernel.numa_balancing` is on. */
  readonly isNumaBalancing: boolean;
  /** Failing reads that were not told one by one, too many in a second or lost on the way: counted, their causes unknown. */
  readonly untold: number;
  /** Calls of madvise beyond what is told in a second: pages given back then may be called never touched. */
  readonly untoldAdvice: number;
  readonly lostEvents: number;
}

export type EfaultUi = Pick<Ui, 'message' | 'choose' | 'problem' | 'program'> & {
  result(result: EfaultResult): void;
};

/** A read with its place, in the order in which the program counts them. */
export function numberedReads(
  probes: readonly EfaultProbe[],
): readonly (EfaultRead & Pick<EfaultProbe, 'probe'> & { readonly index: number })[] {
  return probes
    .flatMap(({ probe, reads }) => reads.map((read) => ({ ...read, probe })))
    .map((read, index) => ({ ...read, index }));
}

/** Whether it ran as asked and nothing is missing. */
export function isWhole(result: EfaultResult, failure: OperatorError | null): boolean {
  return failure === null && result.lostEvents === 0 && result.untold === 0;
}
