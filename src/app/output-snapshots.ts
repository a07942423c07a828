// Writes outputs now and then while sampling, so that even a kill -9 loses only the last seconds. Seldom enough to cost little:
// the pause grows with what the last writing took.

import { isReplaceable, type Output, writeOutput } from './output-files.ts';

const FIRST_PAUSE_MS = 1000;
/** Writing takes at most this share of the time: little beside what sampling takes (docs/overhead.md). */
const COST_SHARE = 1 / 100;
const MIN_PAUSE_MS = 2000;

export function startSnapshots(outputs: () => readonly Output[]): { stop(): void } {
  let timer: NodeJS.Timeout;
  const write = (): void => {
    const startMs = performance.now();
    // What goes wrong here goes wrong again at the end, and is told then.
    for (const output of outputs()) if (isReplaceable(output.path)) writeOutput(output);
    timer = setTimeout(write, Math.max(MIN_PAUSE_MS, (performance.now() - startMs) / COST_SHARE));
  };
  timer = setTimeout(write, FIRST_PAUSE_MS);
  return {
    stop() {
      clearTimeout(timer);
    },
  };
}
