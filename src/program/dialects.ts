// A bpftrace version → what its programs may use. Rows hold from their version up to the next row's. What is not here is the same
// in all supported versions. Measured by test/real/capture/samples.test.ts on 0.17.0, 0.23.2 and 0.27.1.

import type { BpftraceVersion, Dialect } from '../model/dialect.ts';
import { OperatorError } from '../model/errors.ts';

/** The oldest bpftrace whose language has all that the templates use: Debian 12's. */
export const OLDEST_BPFTRACE = { major: 0, minor: 17, patch: 0 } as const satisfies BpftraceVersion;

type Row = Omit<Dialect, 'version'> & { readonly since: BpftraceVersion };

const ROWS: readonly Row[] = [
  {
    since: OLDEST_BPFTRACE,
    kernelStackMode: 'perf',
    // A tuple lives on BPF's 512-byte stack there: 26 words at most, 16 of stack is the largest power of two.
    chunkBytes: 128,
    // 6.18's verifier takes 1 MiB and refuses 4; a quarter of that leaves room for older ones, and 2048 events a tick are enough.
    maxStackBytes: 256 * 1024,
    quietArguments: [],
    mapSizeVariable: 'BPFTRACE_MAP_KEYS_MAX',
    stringVariable: 'BPFTRACE_STRLEN',
    countsNul: false,
    transport: 'perf-buffer-per-cpu',
  },
  {
    // Between Debian's releases: not tried, so bound as 0.17 is.
    since: { major: 0, minor: 18, patch: 0 },
    kernelStackMode: 'raw',
    chunkBytes: 128,
    maxStackBytes: 256 * 1024,
    quietArguments: [],
    mapSizeVariable: 'BPFTRACE_MAP_KEYS_MAX',
    stringVariable: 'BPFTRACE_STRLEN',
    // Which of them changed it was not tried; a byte too few is better than one that is not of the text.
    countsNul: false,
    transport: 'perf-buffer-per-cpu',
  },
  {
    since: { major: 0, minor: 23, patch: 0 },
    kernelStackMode: 'raw',
    chunkBytes: 1024,
    // 6.18's verifier takes 1 MiB and, on 0.23, refuses 4. 1 KiB chunks: 512 to 4096 cost the same on 8–16 KiB stacks (±10 %).
    maxStackBytes: 1024 * 1024,
    quietArguments: ['--no-warnings'],
    mapSizeVariable: 'BPFTRACE_MAX_MAP_KEYS',
    stringVariable: null,
    countsNul: true,
    transport: 'ring-buffer',
  },
];

/** The dialect of a version. Throws an OperatorError when it is older than {@link OLDEST_BPFTRACE}. */
export function dialectFor(version: BpftraceVersion): Dialect {
  const row = ROWS.findLast((candidate) => compareVersions(candidate.since, version) <= 0);
  if (row === undefined) {
    const { major, minor, patch } = version;
    throw new OperatorError(
      'environment',
      `bpftrace ${String(major)}.${String(minor)}.${String(patch)} is too old: 0.17 or later is needed`,
      'Debian 12 and later have one (apt-get install bpftrace), or name another with --bpftrace PATH',
    );
  }
  const { since: _since, ...dialect } = row;
  return { version, ...dialect };
}

/** From here on fentry and fexit are the names; 0.17 dies of them, 0.27 does not know the old ones, 0.23 takes either for the new. */
const FENTRY_SINCE: BpftraceVersion = { major: 0, minor: 23, patch: 0 };

/** What probes at the beginning and at the end of a kernel function are called. */
export function fentryNames(version: BpftraceVersion): { readonly entry: string; readonly exit: string } {
  return compareVersions(version, FENTRY_SINCE) < 0 ? { entry: 'kfunc', exit: 'kretfunc' } : { entry: 'fentry', exit: 'fexit' };
}

/** Negative, zero or positive, as `sort` wants it. */
export function compareVersions(a: BpftraceVersion, b: BpftraceVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}
