// Rates of sampling, and what the budget did to them, in words: the same in the terminal and on the page.

import type { RateReduction } from './summary.ts';

/** Whole where it is large: `500`, `8.3`, `0.5`. */
export function rateText(rateHz: number): string {
  return Number.isInteger(rateHz) || rateHz >= 100 ? rateHz.toFixed(0) : rateHz.toFixed(1);
}

export function reductionText({ lowestRateHz, takenSamples, skippedTicks }: RateReduction): string {
  // Of recordings put together it is not known.
  const taken = takenSamples === 0 ? '' : `: ${String(takenSamples)} stacks taken`;
  const skipped = skippedTicks === 0 ? '' : `; ${String(skippedTicks)} ticks of bursts left out`;
  // Of an event there is no rate.
  if (lowestRateHz === 0) return `fewer by the budget, and weighed for the others${taken}${skipped}`;
  return `reduced by the budget, to ${rateText(lowestRateHz)} Hz at the lowest${taken}${skipped}`;
}
