// Counts tests over several runs, and the line that a machine reads at the end.

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line each for what failed, was skipped or could not run: shown again at the end. */
  readonly notes: readonly string[];
}

export const emptyTally: Tally = { passed: 0, failed: 0, skipped: 0, notes: [] };

/** A check that counts as one test. */
export function oneTest(name: string, ok: boolean): Tally {
  return ok ? { ...emptyTally, passed: 1 } : { ...emptyTally, failed: 1, notes: [`FAILED ${name}`] };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (sum, each) => ({
      passed: sum.passed + each.passed,
      failed: sum.failed + each.failed,
      skipped: sum.skipped + each.skipped,
      notes: [...sum.notes, ...each.notes],
    }),
    emptyTally,
  );
}

/** CI's way to count: the set-up ran on the machine we ask for, so a test that did not run is a failure. */
export function strictTally(tally: Tally): Tally {
  if (tally.skipped === 0) return tally;
  const note = `CI=true: ${tally.skipped} skipped counted as failed`;
  return { ...tally, failed: tally.failed + tally.skipped, skipped: 0, notes: [...tally.notes, note] };
}

export function finalLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`;
}
