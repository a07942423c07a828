// Five parts of the tests, told apart by what they need: `unit` runs anywhere, `volume` needs some seconds a test and gigabytes, `browser` needs Chromium, `real` needs root, bpftrace
// and a JDK and runs one file at a time (samplers disturb each other), `guest` boots other kernels under QEMU.

import { defineConfig } from 'vitest/config';

/** A property test of a parser or a demangler runs thousands of cases; slow machines get their time. */
const UNIT_TIMEOUT_MS = 60_000;
/** Unit tests that mock modules or hook signals: each in a process of its own. */
const ALONE = 'test/unit/**/*.alone.test.ts';
/** JVMs start, warm up and are sampled for seconds; on a loaded two-core machine a minute goes by quickly. */
const REAL_TIMEOUT_MS = 120_000;
/** A million of anything, on a loaded machine. */
const VOLUME_TIMEOUT_MS = 300_000;
/** A browser starts, and draws in software. */
const BROWSER_TIMEOUT_MS = 60_000;
/** A guest's emulated processor is 10 to 20 times slower than the host's. */
const GUEST_TIMEOUT_MS = 600_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/golden/**/*.test.ts'],
          exclude: [ALONE],
          // One process for all files: each of its own would load the same modules again, for a third of the time. No file may leave
          // the process changed (leak-guard.ts), nor mock modules (house/alone.test.ts).
          isolate: false,
          setupFiles: ['test/support/leak-guard.ts'],
          testTimeout: UNIT_TIMEOUT_MS,
          hookTimeout: UNIT_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: 'unit-alone',
          include: [ALONE],
          testTimeout: UNIT_TIMEOUT_MS,
          hookTimeout: UNIT_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: 'volume',
          include: ['test/volume/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 4 },
          testTimeout: VOLUME_TIMEOUT_MS,
          hookTimeout: VOLUME_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // Times are measured there: one browser at a time.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: BROWSER_TIMEOUT_MS,
          hookTimeout: BROWSER_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: REAL_TIMEOUT_MS,
          hookTimeout: REAL_TIMEOUT_MS,
        },
      },
      {
        test: {
          name: 'guest',
          include: ['test/guest/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          testTimeout: GUEST_TIMEOUT_MS,
          hookTimeout: GUEST_TIMEOUT_MS,
        },
      },
    ],
  },
});
