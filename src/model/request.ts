// What the user asked for, after the CLI and before anything runs: one typed request, defaults filled in.

import type { CaptureBudget } from './program.ts';
import type { Pid } from './units.ts';
import type { Grouping, RecordingFilter } from './view.ts';

export type ProfileTarget =
  | { readonly kind: 'pid'; readonly pid: Pid }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'only-jvm' }
  /** All processes of this machine. */
  | { readonly kind: 'all' }
  | { readonly kind: 'command'; readonly argv: readonly [string, ...string[]]; readonly asRoot: boolean };

export interface ProfileRequest {
  readonly target: ProfileTarget;
  /** null: until the target ends or Ctrl-C (only with a command). */
  readonly durationMs: number | null;
  /** Of CPU ticks. */
  readonly rateHz: number;
  /** What is sampled: a name of the table (events.ts) or a probe in bpftrace's words; null: CPU ticks. */
  readonly event: string | null;
  /** Shorter waits are left out. */
  readonly minBlockedNs: number;
  /** Of blocked time: above the stack who ended the wait. */
  readonly waker: boolean;
  /** Of native memory: one sample for so many bytes; 0: for each call. */
  readonly intervalBytes: number;
  readonly budget: CaptureBudget;
  /** Files to write; `-` is standard output. The ending chooses the format. */
  readonly outputs: readonly string[];
  /** Thread name as the first level of every stack. */
  readonly byThread: boolean;
  /** Line numbers in frame names. */
  readonly lines: boolean;
  readonly kernel: boolean;
  /** Native frames (native, vm) shown. Unfinished markers are always shown. */
  readonly native: boolean;
  /** Most bytes of user stack copied per sample. */
  readonly stackBytes: number;
  /** Whether a page BPF could not read may be read again through /proc/PID/mem. */
  readonly reread: boolean;
  /** Rows of the table of hottest methods; 0: none. */
  readonly top: number;
  readonly json: boolean;
  readonly printProgram: boolean;
  readonly bpftracePath: string | null;
  /** Sample although this kernel is known to freeze by it (src/doctor/freeze-verdict.ts). */
  readonly acceptFreezeRisk: boolean;
  readonly recordReads: string | null;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
}

/** What `jtrace report` and `jtrace merge` are asked for. */
export interface ReportRequest {
  /** Recordings to read, put together if several; `-` is standard input. At least one. */
  readonly inputs: readonly string[];
  /** As in {@link ProfileRequest}. */
  readonly outputs: readonly string[];
  readonly filter: RecordingFilter;
  /** First level of all stacks; null: as they are. */
  readonly by: Grouping | null;
  readonly byThread: boolean;
  readonly lines: boolean;
  readonly native: boolean;
  /** Rows of the table of hottest methods; 0: none. */
  readonly top: number;
  /** The least share of a call in the tree on the terminal; null: no tree. */
  readonly treePercent: number | null;
  readonly json: boolean;
  readonly verbosity: ProfileRequest['verbosity'];
}
