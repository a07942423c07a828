// What `jtrace run` is asked for, after the CLI and before anything runs: defaults filled in, the program read.

import type { ProfileRequest, ProfileTarget } from './request.ts';
import type { ScriptSource } from './script.ts';

/** Whom a program is confined to. */
export type RunTarget =
  | Extract<ProfileTarget, { readonly kind: 'pid' | 'name' | 'command' }> /** Whoever its probes meet. */
  | { readonly kind: 'everyone' };

/** How a program with `jstack` tells stacks apart; auto: by the kernel, or by what its verifier takes. */
export const STACK_ENGINES = ['auto', 'kernel', 'bytes'] as const;
export type StackEngine = (typeof STACK_ENGINES)[number];

/** What a script of the catalogue asks for. */
export interface RunNeeds {
  /** How much of a text bpftrace must read at least; null: what it reads by itself. */
  readonly stringBytes: number | null;
  readonly kernelProbes: boolean;
}

export interface RunRequest {
  readonly source: ScriptSource;
  /** null: a program of the user's, of which nothing is known. */
  readonly needs: RunNeeds | null;
  readonly target: RunTarget;
  /** null: until the program, its target or Ctrl-C ends it. */
  readonly durationMs: number | null;
  /** Allows `system()`, `signal()`, `override()`. */
  readonly unsafe: boolean;
  readonly engine: StackEngine;
  readonly json: boolean;
  /** Files to write; the ending chooses the format. */
  readonly outputs: readonly string[];
  readonly printProgram: boolean;
  /** Tell at the end what bpftrace loaded into the kernel. */
  readonly showLoaded: boolean;
  readonly bpftracePath: string | null;
  /** As in {@link ProfileRequest}. */
  readonly acceptFreezeRisk: boolean;
  readonly verbosity: ProfileRequest['verbosity'];
}
