// What one case costs, counted, never timed: the instrumented sources (instrument.ts) tell of every round of a loop, every call and
// every block they allocate. Beyond a limit they are stopped by an error, which ends loops that would not end.

export interface CaseLimits {
  /** Rounds of loops and calls in src/. */
  readonly steps: number;
  /** Bytes of one block, known before it is made. */
  readonly blockBytes: number;
  /** Bytes of all blocks of a case. */
  readonly allocatedBytes: number;
}

/** Thrown into the code under test; it may swallow it, so {@link Spent.beyond} tells as well. */
export class OverBudget extends Error {}

export interface Spent {
  readonly steps: number;
  readonly allocatedBytes: number;
  readonly largestBlockBytes: number;
  /** The first limit that was passed; null: none. */
  readonly beyond: keyof CaseLimits | null;
}

let [steps, allocatedBytes, largestBlockBytes] = [0, 0, 0];
let beyond: keyof CaseLimits | null = null;
let limits: CaseLimits = { steps: Infinity, blockBytes: Infinity, allocatedBytes: Infinity };
let maxSteps = Infinity;

export function startMeter(of: CaseLimits): void {
  [steps, allocatedBytes, largestBlockBytes, beyond] = [0, 0, 0, null];
  limits = of;
  maxSteps = of.steps;
}

/** What was spent since the start; nothing is limited from here on. */
export function stopMeter(): Spent {
  maxSteps = Infinity;
  limits = { steps: Infinity, blockBytes: Infinity, allocatedBytes: Infinity };
  return { steps, allocatedBytes, largestBlockBytes, beyond };
}

/** Called by instrumented code: one round, one call. */
export function step(): void {
  steps += 1;
  if (steps > maxSteps) stop('steps');
}

/** Called by instrumented code with the size of a block to be made; gives it back. What is no size is left alone. */
export function allocate<Size>(size: Size, elementBytes: number): Size {
  if (typeof size !== 'number') return size;
  const bytes = size * elementBytes;
  allocatedBytes += bytes;
  if (bytes > largestBlockBytes) largestBlockBytes = bytes;
  if (bytes > limits.blockBytes) stop('blockBytes');
  if (allocatedBytes > limits.allocatedBytes) stop('allocatedBytes');
  return size;
}

function stop(limit: keyof CaseLimits): never {
  beyond ??= limit;
  throw new OverBudget(`more ${limit} than ${String(limits[limit])}`);
}
