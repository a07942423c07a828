// What a running bpftrace has loaded into the kernel, as the kernel itself tells it.

export interface LoadedProgram {
  /** The kernel's number, as `bpftool prog show id` takes it. */
  readonly id: number;
  /** As bpftool calls it: `tracepoint`, `kprobe` (also uprobes), `perf_event` …; a number where jtrace does not know it. */
  readonly type: string;
  /** As bpftrace named it: the end of its probe's name, in the kernel's 15 characters; '': the kernel does not tell (no JIT). */
  readonly name: string;
  /** What the verifier went through, of at most a million; null: a kernel before 5.16. */
  readonly verifiedInstructions: number | null;
  /** While the kernel counted. */
  readonly runs: number;
  readonly runNs: number;
  /** Of kernel memory. */
  readonly bytes: number;
}

export interface LoadedMap {
  readonly id: number;
  readonly type: string;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly mostEntries: number;
  /** Of kernel memory. */
  readonly bytes: number;
}

export interface LoadedObjects {
  readonly programs: readonly LoadedProgram[];
  readonly maps: readonly LoadedMap[];
}
