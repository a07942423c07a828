// A budget of samples and bytes a second → what the program keeps to. The program does it itself, because only it can act before the
// buffers are full: it lowers the rate (templates/stack-bytes.bt), and a hard end bounds the window in which it learns that. Stacks
// are not cut for it: a shorter stack is a wrong one, fewer samples are only fewer.

import type { CaptureBudget } from '../model/program.ts';

/** Short against a profile, long against the ticks of the usual rates. */
const WINDOW_MS = 100;
const WINDOWS_PER_SECOND = 1000 / WINDOW_MS;
/** Below the budget for so long before the rate is raised: garbage collections come and go. */
const CALM_SECONDS = 5;
/** Of a window's share: room for a burst, small enough for the buffers (src/program/buffer-pages.ts). */
const HARD_END_FACTOR = 4;
const KIBIBYTE_BYTES = 1024;

/** Values of the template's `#if budget` parts, by their names there. */
export interface BudgetValues {
  readonly windowMs: number;
  readonly windowsPerSecond: number;
  readonly budgetSamples: number;
  readonly budgetKilobytes: number;
  readonly windowMostSamples: number;
  readonly windowMostKilobytes: number;
  readonly calmSeconds: number;
}

export function budgetValues({ samplesPerSecond, bytesPerSecond }: CaptureBudget): BudgetValues {
  const budgetKilobytes = Math.ceil(bytesPerSecond / KIBIBYTE_BYTES);
  const mostOf = (perSecond: number): number => Math.ceil(perSecond / WINDOWS_PER_SECOND) * HARD_END_FACTOR;
  return {
    windowMs: WINDOW_MS,
    windowsPerSecond: WINDOWS_PER_SECOND,
    budgetSamples: samplesPerSecond,
    budgetKilobytes,
    windowMostSamples: mostOf(samplesPerSecond),
    windowMostKilobytes: mostOf(budgetKilobytes),
    calmSeconds: CALM_SECONDS,
  };
}
