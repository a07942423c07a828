// What `jtrace residency --efault` is asked for: whom to look at, and which reads of user memory to try at which probes.

import type { ProfileRequest, ProfileTarget } from './request.ts';

/** Where the address of a read comes from. */
export type ReadAddress =
  /** `args->NAME` of a tracepoint or a kernel function. */
  | { readonly kind: 'field'; readonly name: string }
  /** `argN`. */
  | { readonly kind: 'argument'; readonly index: number }
  /** Where the arguments or the environment of the process begin: a field of `struct mm_struct`. */
  | { readonly kind: 'memory'; readonly field: 'arg_start' | 'env_start' }
  /** The pointer that the read before this one has brought. */
  | { readonly kind: 'pointer-before' };

export interface EfaultRead {
  /** As the operator knows it: `filename`, `argv[0]`. */
  readonly name: string;
  /** `pointer`: eight bytes that hold an address. */
  readonly what: 'text' | 'pointer';
  readonly address: ReadAddress;
  /** What a successful execve leaves of it: the kernel's own copy of the name, or the first argument of the new program. */
  readonly afterExec: 'file-name' | 'first-argument' | null;
}

export interface EfaultProbe {
  /** In bpftrace's words. */
  readonly probe: string;
  /** One after the other, at least one. */
  readonly reads: readonly EfaultRead[];
}

export interface EfaultRequest {
  readonly target: Extract<ProfileTarget, { readonly kind: 'pid' | 'name' | 'command' }>;
  readonly probes: readonly EfaultProbe[];
  /** null: until the process or Ctrl-C ends it. */
  readonly durationMs: number | null;
  readonly json: boolean;
  readonly printProgram: boolean;
  /** As in ProfileRequest. */
  readonly acceptFreezeRisk: boolean;
  readonly bpftracePath: string | null;
  readonly verbosity: ProfileRequest['verbosity'];
}
