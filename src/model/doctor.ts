// What `jtrace doctor` finds: one finding per check, with what it means and what changes it; the processes it looked at; the verdict.
// All text that a target could have chosen is escaped where it is shown.

import type { ProfileTarget } from './request.ts';
import type { Pid } from './units.ts';

export const CHECK_GROUPS = ['rights', 'kernel', 'bpftrace', 'symbols', 'jvms', 'process'] as const;
export type CheckGroup = (typeof CHECK_GROUPS)[number];

/** `command`: the one that changes it, to be typed as it stands; null: none does, `means` says what would. */
export type Outcome =
  | { readonly kind: 'ok'; readonly found: string }
  /** jtrace works, and something of it does not. */
  | { readonly kind: 'limited'; readonly found: string; readonly means: string; readonly command: string | null }
  /** jtrace cannot run here until that changes. */
  | { readonly kind: 'missing'; readonly found: string; readonly means: string; readonly command: string | null }
  /** It could not be found out; `found` says why. */
  | { readonly kind: 'unknown'; readonly found: string; readonly means: string; readonly command: string | null };

export interface Finding {
  /** Stable, e.g. `kernel.btf`. */
  readonly id: string;
  readonly group: CheckGroup;
  /** One or two words. */
  readonly title: string;
  readonly outcome: Outcome;
}

/** An instruction that the verdict on the freeze rests on, or would. */
export interface FreezeLine {
  /** What it shows. */
  readonly shows: string;
  /** The kernel function that it is in. */
  readonly inFunction: string;
  /** null: no such instruction is there. Address and bytes in hex. */
  readonly instruction: { readonly address: string; readonly bytes: string; readonly text: string } | null;
}

export interface FreezeReport {
  readonly verdict: 'not-affected' | 'fixed' | 'vulnerable' | 'unknown';
  /** One line: why. */
  readonly because: string;
  /** null: not asked for, or none could be read. */
  readonly evidence: readonly FreezeLine[] | null;
  /** Why nothing could be read; null: it could, or was not asked for. */
  readonly notSeen: string | null;
}

/** A JVM and what a profile of it will have. */
export interface JvmFinding {
  readonly pid: Pid;
  readonly jdk: string;
  readonly main: string;
  readonly container: string;
  /** `hotspot`, `openj9`, `starting`. */
  readonly vm: string;
  /** Whether its Java frames can be walked; else why not. */
  readonly walk: { readonly kind: 'ready' } | { readonly kind: 'not-ready'; readonly why: string };
  /** Where names of the VM's own functions come from; `unknown`: the library could not be read. */
  readonly symbols: 'own' | 'debug-file' | 'stripped' | 'unknown';
  /** E.g. `G1`; '' when the VM hides its flags. */
  readonly collector: string;
  readonly flags: Readonly<Record<string, boolean>>;
}

export interface DoctorReport {
  /** ready: all that jtrace needs is there; limited: it works with limits; unusable: it cannot run here. */
  readonly verdict: 'ready' | 'limited' | 'unusable';
  readonly kernel: string;
  readonly bpftrace: { readonly path: string; readonly version: string } | null;
  readonly findings: readonly Finding[];
  readonly freeze: FreezeReport;
  readonly jvms: readonly JvmFinding[];
}

/** What was asked for. */
export interface DoctorRequest {
  /** null: the machine alone. */
  readonly target: Extract<ProfileTarget, { readonly kind: 'pid' | 'name' }> | null;
  readonly evidence: boolean;
  readonly bpftracePath: string | null;
  /** What to type to run it with all rights. */
  readonly ownCommand: string;
}
