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

/** What it gives waits for jtrace's end. */
export async function sampleWithJtrace(pid: number, rateHz: number, seconds: number): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-bench-'));
  const recording = join(folder, 'x.jtrace');
  const flags = ['-q', '-F', String(rateHz), '-d', `${String(seconds)}s`, '-o', recording];
  const child = spawn(process.execPath, [join(REPOSITORY, 'bin/jtrace.js'), 'profile', String(pid), ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString('utf8')));
  const closed = once(child, 'close');
  const end = async (): Promise<void> => {
    await closed;
    rmSync(folder, { recursive: true, force: true });
    if (child.exitCode !== 0) throw new Error(`jtrace ended with ${String(child.exitCode)}: ${said}`);
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
