// Run before every unit test file: they share one process (vitest.config.ts), so a file that leaves the process changed would be
// another one's mystery. It fails here instead, in the file that did it.

import process from 'node:process';
import { afterAll, expect, vi } from 'vitest';

/** Whatever modules hook on their own at their import ('exit' of tmp) is theirs; signals are only hooked by a test. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const;

const processState = (): unknown => ({
  folder: process.cwd(),
  environment: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'))),
  exitCode: process.exitCode,
  kill: process.kill,
  fakeTimers: vi.isFakeTimers(),
  listeners: SIGNALS.map((signal) => process.listenerCount(signal)),
});

const before = processState();
// Hooks run last come first: everything the file itself undoes is undone by then.
afterAll(() => expect(processState(), 'left changed by this file').toEqual(before));
