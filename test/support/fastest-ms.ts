// How long something takes on a machine that has other work, too.

/** Of so many runs one is seldom disturbed. */
const RUNS = 5;

/** Milliseconds of the fastest of a few runs: what a bound that only quadratic work exceeds is compared with. */
export function fastestMs(run: () => void): number {
  let fastest = Infinity;
  for (let i = 0; i < RUNS; i += 1) {
    const startMs = performance.now();
    run();
    fastest = Math.min(fastest, performance.now() - startMs);
  }
  return fastest;
}
