import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startSnapshots } from '../../../src/app/output-snapshots.ts';

const RUN_MS = 600_000;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jtrace-snapshots-'));
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ['a short one', () => 5, 200],
  ['a page of 10,000 samples', () => 300, 15],
  ['one that grows as the run does', (write: number) => 40 * write, 8],
])('%s: written again and again, in a hundredth of the time', (_, costMs, least) => {
  let [writes, spentMs] = [0, 0];
  const render = (): string[] => {
    writes += 1;
    spentMs += costMs(writes);
    vi.advanceTimersByTime(costMs(writes)); // so long it takes
    return [String(writes)];
  };
  const path = join(folder, 'x.html');
  const snapshots = startSnapshots(() => [{ path, format: 'page', render }]);
  const startMs = performance.now();
  while (performance.now() - startMs < RUN_MS) vi.advanceTimersToNextTimer();
  snapshots.stop();
  expect(readFileSync(path, 'utf8')).toBe(String(writes));
  expect(writes).toBeGreaterThan(least);
  expect(spentMs / (performance.now() - startMs)).toBeLessThan(0.012);
});
