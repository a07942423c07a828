// The text of `perf report --stats` → samples that were lost. perf counts them twice: LOST events are what its buffer noted on the way,
// LOST_SAMPLES what the kernel counted of each event, all of them. The first block counts records and gives shares; behind it each
// event has a block of its own, without shares.

const LOST_SAMPLES = /^\s*LOST_SAMPLES events:\s*(\d+)$/gm;

/** perf writes no line when there are none. */
export function parseLostSamples(stats: string): number {
  return [...stats.matchAll(LOST_SAMPLES)].reduce((sum, [, count]) => sum + Number(count), 0);
}
