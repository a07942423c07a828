// Rows of samples → bars of weight over time. Pure.

import type { PageData } from '../outputs/page-data.ts';

/** More bars than this are a comb: at 99 Hz a slice of a thousandth holds one sample or none. */
export const MAX_BARS = 200;

/** Weight per bar; `slices` slices of time in `bars` bars. */
export function timeBins(
  rows: PageData['rows'],
  slices: number,
  threads: Uint8Array | null,
  bars: number = MAX_BARS,
): Float64Array {
  const bins = new Float64Array(Math.min(bars, slices));
  for (let row = 0; row < rows.slice.length; row += 1) {
    if (threads !== null && threads[rows.thread[row] ?? 0] !== 1) continue;
    const bin = Math.min(bins.length - 1, Math.floor(((rows.slice[row] ?? 0) * bins.length) / slices));
    bins[bin] = (bins[bin] ?? 0) + (rows.weight[row] ?? 0);
  }
  return bins;
}
