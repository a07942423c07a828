import { describe, expect, test } from 'vitest';
import { addTallies, emptyTally, finalLine, oneTest, strictTally } from '../../tools/tally.ts';
import { tallyOfReport } from '../../tools/vitest-run.ts';

const file = (status: string, tests: readonly string[], message = ''): unknown => ({
  name: 'x.test.ts',
  status,
  message,
  assertionResults: tests.map((each, index) => ({ status: each, fullName: `test ${index}` })),
});

const counts = (report: unknown, status: number | null): string => finalLine(tallyOfReport('unit', report, status));

describe('the final line of npm test', () => {
  test('sums over runs', () => {
    const total = addTallies([oneTest('a', true), oneTest('b', false), { ...emptyTally, skipped: 2 }]);
    expect(finalLine(total)).toBe('1 passed, 1 failed, 2 skipped');
    expect(total.notes).toEqual(['FAILED b']);
  });

  test('counts every state of a vitest test, todo and pending as skipped', () => {
    expect(counts({ testResults: [file('passed', ['passed', 'passed', 'pending', 'todo'])] }, 0)).toBe(
      '2 passed, 0 failed, 2 skipped',
    );
    expect(counts({ testResults: [file('failed', ['passed', 'failed'])] }, 1)).toBe('1 passed, 1 failed, 0 skipped');
  });

  test('a file that did not load is a failure', () => {
    expect(counts({ testResults: [file('failed', [], 'Cannot find module\nmore'), file('passed', ['passed'])] }, 1)).toBe(
      '1 passed, 1 failed, 0 skipped',
    );
  });

  test('a run that crashed, hung or failed outside of its tests is a failure', () => {
    expect(counts(null, 1)).toBe('0 passed, 1 failed, 0 skipped');
    expect(counts(null, null)).toBe('0 passed, 1 failed, 0 skipped');
    expect(counts({ testResults: [file('passed', ['passed'])] }, 1)).toBe('1 passed, 1 failed, 0 skipped');
  });

  test('in CI a skipped test is a failed one', () => {
    expect(finalLine(strictTally({ ...emptyTally, passed: 3, skipped: 2 }))).toBe('3 passed, 2 failed, 0 skipped');
  });
});
