// The built `jtrace profile` beside a measurement: settles when it samples.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../support/repository.ts';

const POLL_MS = 20;
const START_TIMEOUT_MS = 60_000;

export interface JtraceBeside {
  /** Command and arguments that start it: to count what it costs, say. */
  readonly starter?: readonly string[];
  /** Looks at the recording before it is thrown away. */
  readonly use?: (recording: string) => Promise<void>;
}

/** What it gives waits for jtrace's end. */
export async function sampleWithJtrace(
  pid: number,
  rateHz: number,
  seconds: number,
  { starter = [], use }: JtraceBeside = {},
): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-bench-'));
  const recording = join(folder, 'x.jtrace');
  const flags = ['-q', '-F', String(rateHz), '-d', `${String(seconds)}s`, '-o', recording];
  const command = [...starter, process.execPath, join(REPOSITORY, 'bin/jtrace.js'), 'profile', String(pid), ...flags];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString('utf8')));
  const closed = once(child, 'close');
  const end = async (): Promise<void> => {
    await closed;
    try {
      if (child.exitCode !== 0) throw new Error(`jtrace ended with ${String(child.exitCode)}: ${said}`);
      await use?.(recording);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  // The recording is there as soon as sampling begins.
  const untilMs = Date.now() + START_TIMEOUT_MS;
  while (!existsSync(recording)) {
    if (child.exitCode !== null || Date.now() > untilMs) {
      child.kill('SIGKILL');
      throw new Error(`jtrace did not sample: ${said}`);
    }
    await sleep(POLL_MS);
  }
  return end;
}
