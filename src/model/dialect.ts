// What differs between bpftrace versions, as far as a program or its runner must know. Found by src/bpftrace/find.ts (the version)
// and src/program/dialects.ts (the table); facts are measured on Debian's 0.17, 0.23 and 0.27.

export interface BpftraceVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

export interface Dialect {
  readonly version: BpftraceVersion;
  /** `kstack(raw)` from 0.18: one bare hex address a line; before it `perf`: address, blank, symbol. */
  readonly kernelStackMode: 'raw' | 'perf';
  /** Bytes of user stack printed by one event; a power of two, at most a page. */
  readonly chunkBytes: number;
  /** The largest stack window whose program the verifier takes. */
  readonly maxStackBytes: number;
  /** Options that silence warnings about programs that are as they must be. */
  readonly quietArguments: readonly string[];
  /** The environment variable that says how many entries a map may have. */
  readonly mapSizeVariable: 'BPFTRACE_MAP_KEYS_MAX' | 'BPFTRACE_MAX_MAP_KEYS';
  /** The environment variable that says how many bytes of a text are read; null: it reads a KiB by itself. */
  readonly stringVariable: 'BPFTRACE_STRLEN' | null;
  /** Whether `str(p, n)` gives n - 1 bytes, as it counts a NUL; or n. */
  readonly countsNul: boolean;
  /** perf buffer per CPU (events are in order only within one CPU) or one ring buffer. */
  readonly transport: 'perf-buffer-per-cpu' | 'ring-buffer';
}
