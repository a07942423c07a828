// The fuzzer over all its targets, longer than in the quick part and with other cases (docs/hostile-input.md).

import { expect, test } from 'vitest';
import { runFuzz } from '../fuzz/run.ts';

const CASES = 20_000;
/** Always the same: what fails here fails again. */
const SEED = 815;
const HANG_MS = 120_000;

test(`${String(CASES)} hostile cases: in bounds, typed, escaped`, async () => {
  const { findings } = await runFuzz({
    seed: SEED,
    target: null,
    first: 0,
    cases: CASES,
    threads: 2,
    stopsAtFinding: false,
    given: [],
    patch: null,
    hangMs: HANG_MS,
  });
  expect(findings).toEqual([]);
});
