// Real stacks with all reads that resolving them takes, recorded once and kept (some MB each) where tests keep what they fetched.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../support/repository.ts';
import { startWorkload } from './workload-process.ts';

const CACHE = join(process.env['JTRACE_TEST_CACHE'] ?? join(homedir(), '.cache/jtrace-tests'), 'recordings');
const [WARM_UP_SECONDS, SECONDS, RATE_HZ] = [10, 10, 99];

/** Path of a recording of a workload; made when there is none. */
export async function recordedStacks(workload: string, log: (text: string) => void): Promise<string> {
  const path = join(CACHE, `${workload}.reads`);
  if (existsSync(path)) return path;
  log(`recording ${workload}`);
  mkdirSync(CACHE, { recursive: true });
  const running = await startWorkload(workload, 2, WARM_UP_SECONDS);
  try {
    const unfinished = `${path}.unfinished`;
    const flags = ['-q', '-F', String(RATE_HZ), '-d', `${String(SECONDS)}s`, '--record-reads', unfinished];
    const program = join(REPOSITORY, 'bin/jtrace.js');
    const { status, stderr } = spawnSync(process.execPath, [program, 'profile', String(running.pid), ...flags], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`recording ${workload} ended with ${String(status)}: ${stderr}`);
    renameSync(unfinished, path);
    return path;
  } finally {
    await running.stop();
  }
}
