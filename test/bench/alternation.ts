// One round of an alternation: what a program gets done without a tool, then with it.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Pair } from './statistics.ts';
import { type RunningWorkload, throughput } from './workload-process.ts';

export interface Measured {
  readonly name: string;
  /** Settles when the tool works; it must go on for `seconds`. What it gives ends the tool. */
  readonly begin: (seconds: number) => Promise<() => Promise<void>>;
}

/** After a tool has come or gone: what it stirred up settles. */
const SETTLE_MS = 500;
/** The tool goes on for a moment longer than is measured. */
const MARGIN_SECONDS = 1.5;

/** Operations a second, counted for so long. */
export type Rate = (seconds: number) => Promise<number>;

export async function measureRound(rate: Rate, tool: Measured, seconds: number): Promise<Pair> {
  const without = await measureFor(rate, seconds);
  const end = await tool.begin(seconds + MARGIN_SECONDS);
  try {
    return { without, with: await measureFor(rate, seconds) };
  } finally {
    await end();
  }
}

async function measureFor(rate: Rate, seconds: number): Promise<number> {
  await sleep(SETTLE_MS);
  return rate(seconds);
}

/** Of a workload that tells what it did. */
export function workloadRate(running: RunningWorkload): Rate {
  return async (seconds) => {
    const fromMs = Date.now();
    await sleep(seconds * 1000);
    const rate = throughput(running.ticks, fromMs, Date.now());
    if (Number.isNaN(rate)) throw new Error('the workload did not tell what it did');
    return rate;
  };
}
