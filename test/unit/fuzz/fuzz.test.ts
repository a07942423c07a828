// A short run of the fuzzer over all its targets, and everything it once found. More: `npm run fuzz`, docs/hostile-input.md.

import { expect, test } from 'vitest';
import { runFuzz } from '../../fuzz/run.ts';
import { readSaved, savedFiles } from '../../fuzz/saved-cases.ts';
import { FUZZ_TARGETS } from '../../fuzz/targets/index.ts';

/** Some seconds, most of which are for reading the recordings. */
const CASES = 2500;
/** Always the same: what fails here fails again. */
const SEED = 4711;
/** Only for what no counter sees; the machine may be busy. */
const HANG_MS = 120_000;

test(`${String(CASES)} hostile cases, and all that were found before: in bounds, typed, escaped`, async () => {
  const { findings, tallies } = await runFuzz({
    seed: SEED,
    target: null,
    first: 0,
    cases: CASES,
    threads: 1,
    stopsAtFinding: false,
    given: readSaved(savedFiles()),
    patch: null,
    hangMs: HANG_MS,
  });
  expect(findings).toEqual([]);
  // Every part had its turn, and nearly every target.
  expect(Object.keys(tallies).length).toBeGreaterThanOrEqual(FUZZ_TARGETS.length - 2);
  expect(tallies['walk']?.outcomes).toMatchObject({
    complete: expect.any(Number) as number,
    'bad-frame': expect.any(Number) as number,
  });
}, 120_000);
