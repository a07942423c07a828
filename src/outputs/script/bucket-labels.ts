// Buckets of a histogram → labels as bpftrace writes them: `[0]`, `[4, 8)`, `[1K, 2K)`, `(..., 0)`, `[100, ...)`. The upper bound is the
// first value that is not inside.

import type { HistogramBucket } from '../../model/script.ts';

const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/** Bounds are shortened by powers of 1024 only where that is exact, and for all of a histogram or for none. */
export function bucketLabels(buckets: readonly HistogramBucket[]): readonly string[] {
  const bounds = buckets.flatMap(({ min, max }) => [min ?? 0n, max === null || min === max ? 0n : max + 1n]);
  const isBinary = bounds.every((bound) => absolute(bound) < 1024n || bound % 1024n === 0n);
  const text = (bound: bigint): string => (isBinary ? shortened(bound) : String(bound));
  return buckets.map(({ min, max }) => {
    if (min === null) return max === null ? '(..., ...)' : `(..., ${text(max + 1n)})`;
    if (max === null) return `[${text(min)}, ...)`;
    return min === max ? `[${text(min)}]` : `[${text(min)}, ${text(max + 1n)})`;
  });
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function shortened(bound: bigint): string {
  let value = bound;
  let unit = 0;
  while (absolute(value) >= 1024n && value % 1024n === 0n && unit < UNITS.length - 1) {
    value /= 1024n;
    unit += 1;
  }
  return `${value}${UNITS[unit] ?? ''}`;
}
