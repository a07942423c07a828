// A budget of samples and bytes a second → what the program counts in its windows. The program itself keeps to it, because only it
// can act before the buffers are full: it lowers the rate (templates/stack-bytes.bt), and a hard end bounds the window in which it
// learns that. Stacks are not cut for it: a shorter stack is a wrong one, fewer samples are only fewer.

import type { CaptureBudget } from '../model/program.ts';

/** Short against a profile, long against the ticks of the usual rates. */
const WINDOW_MS = 100;
const WINDOWS_PER_SECOND = 1000 / WINDOW_MS;
/** Of a window's share: room for a burst, small enough for the buffers (src/program/buffer-pages.ts). */
const HARD_END_FACTOR = 4;
/** Two seconds below half of the budget before the rate is raised again: garbage collections come and go. */
const CALM_WINDOWS = 20;
const KIBIBYTE_BYTES = 1024;

/** Values of the template's `#if budget` parts, by their names there. */
export interface BudgetValues {
  readonly windowMs: number;
  readonly windowSamples: number;
  readonly windowKilobytes: number;
  readonly windowMostSamples: number;
  readonly windowMostBytes: number;
  readonly calmWindows: number;
}

export function budgetValues({ samplesPerSecond, bytesPerSecond }: CaptureBudget): BudgetValues {
  const windowSamples = Math.ceil(samplesPerSecond / WINDOWS_PER_SECOND);
  const windowKilobytes = Math.ceil(bytesPerSecond / WINDOWS_PER_SECOND / KIBIBYTE_BYTES);
  return {
    windowMs: WINDOW_MS,
    windowSamples,
    windowKilobytes,
    windowMostSamples: windowSamples * HARD_END_FACTOR,
    windowMostBytes: windowKilobytes * KIBIBYTE_BYTES * HARD_END_FACTOR,
    calmWindows: CALM_WINDOWS,
  };
}
