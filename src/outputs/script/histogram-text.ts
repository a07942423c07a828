// A histogram → lines of label, count and bar, as wide as asked for.

import type { HistogramBucket } from '../../model/script.ts';
import { pad } from '../display-width.ts';
import { bucketLabels } from './bucket-labels.ts';

/** A shorter bar says nothing: numbers alone then. */
const MIN_BAR_COLUMNS = 4;
/** `label`, a blank, count, a blank, `|` bar `|`. */
const FRAME_COLUMNS = 4;
/** As bpftrace has it: histograms one below the other begin their bars in one column. */
const LABEL_COLUMNS = 14;
const COUNT_COLUMNS = 8;

/** One line for each bucket. The bar of the largest is full; one with anything in it has at least one `@`. */
export function histogramLines(buckets: readonly HistogramBucket[], columns: number): readonly string[] {
  const labels = bucketLabels(buckets);
  const counts = buckets.map(({ count }) => String(count));
  const isNarrow = columns < 2 * (LABEL_COLUMNS + COUNT_COLUMNS);
  const widest = (texts: readonly string[], least: number): number =>
    texts.reduce((most, text) => Math.max(most, text.length), isNarrow ? 0 : least);
  const [labelColumns, countColumns] = [widest(labels, LABEL_COLUMNS), widest(counts, COUNT_COLUMNS)];
  const barColumns = columns - labelColumns - countColumns - FRAME_COLUMNS;
  const most = buckets.reduce((largest, { count }) => (count > largest ? count : largest), 0n);
  return buckets.map(({ count }, index) => {
    const numbers = `${pad(labels[index] ?? '', labelColumns, 'left')} ${pad(counts[index] ?? '', countColumns, 'right')}`;
    return barColumns < MIN_BAR_COLUMNS ? numbers : `${numbers} |${pad(bar(count, most, barColumns), barColumns, 'left')}|`;
  });
}

function bar(count: bigint, most: bigint, columns: number): string {
  if (count <= 0n) return '';
  return '@'.repeat(Math.max(1, Number((count * BigInt(columns)) / most)));
}
