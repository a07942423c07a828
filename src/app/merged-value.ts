// Two values of one map that belong to the same key after all → one, as the function that made them would have.

import type { HistogramBucket, ScriptValue } from '../model/script.ts';
import type { Aggregation } from '../script/map-facts.ts';

/** null: they cannot be put together (averages without their counts; values that were only assigned). */
export function mergedValue(kind: Aggregation, before: ScriptValue, after: ScriptValue): ScriptValue | null {
  if (before.kind === 'histogram' && after.kind === 'histogram')
    return { kind: 'histogram', buckets: mergedBuckets(before.buckets, after.buckets) };
  if (before.kind === 'stats' && after.kind === 'stats') {
    const [count, total] = [before.count + after.count, before.total + after.total];
    return { kind: 'stats', count, total, average: count === 0n ? 0n : total / count };
  }
  if (before.kind !== 'number' || after.kind !== 'number') return null;
  const [a, b] = [before.value, after.value];
  switch (kind) {
    case 'count':
    case 'sum':
    case 'added':
      return { kind: 'number', value: a + b };
    case 'min':
      return { kind: 'number', value: a < b ? a : b };
    case 'max':
      return { kind: 'number', value: a > b ? a : b };
    case 'avg':
    case 'stats':
    case 'hist':
    case 'lhist':
    case 'value':
      return null;
    default:
      return kind satisfies never;
  }
}

/** bpftrace leaves out empty buckets at both ends; all of one map have the same edges. */
function mergedBuckets(before: readonly HistogramBucket[], after: readonly HistogramBucket[]): readonly HistogramBucket[] {
  const byMin = new Map<bigint | null, HistogramBucket>();
  for (const bucket of [...before, ...after]) {
    const same = byMin.get(bucket.min);
    byMin.set(bucket.min, same === undefined ? bucket : { ...same, count: same.count + bucket.count });
  }
  return [...byMin.values()].sort((a, b) => (a.min === null ? -1 : b.min === null ? 1 : a.min < b.min ? -1 : 1));
}
