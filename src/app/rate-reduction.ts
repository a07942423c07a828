// The budget of a capture, as it is told: once while it runs, and in the facts of the run.

import { rateText } from '../model/rate-text.ts';
import type { ProfileRequest } from '../model/request.ts';
import type { RateReduction } from '../model/summary.ts';
import type { CaptureCounts } from './capture-session.ts';

const MEBIBYTE_BYTES = 1024 ** 2;

/** null: every tick was sampled. */
export function rateReduction(
  { largestTicks, skippedTicks }: CaptureCounts,
  takenSamples: number,
  rateHz: number,
): RateReduction | null {
  return largestTicks === 1 && skippedTicks === 0 ? null : { lowestRateHz: rateHz / largestTicks, takenSamples, skippedTicks };
}

/** What is said when one of `every` ticks is sampled from now on. */
export function reductionWarning(
  { budget, rateHz, event }: Pick<ProfileRequest, 'budget' | 'rateHz' | 'event'>,
  every: number,
): string {
  const { samplesPerSecond, bytesPerSecond } = budget;
  const most = `${String(samplesPerSecond)} samples or ${(bytesPerSecond / MEBIBYTE_BYTES).toFixed(0)} MiB of stacks a second`;
  if (event !== null)
    return `over the budget of ${most}: 1 of ${String(every)} events is sampled from now on and counts for all (--sample-budget and --byte-budget allow more)`;
  return (
    `over the budget of ${most}: 1 of ${String(every)} ticks is sampled from now on and counts for all ` +
    `(${rateText(rateHz / every)} Hz a CPU; --sample-budget and --byte-budget allow more)`
  );
}
