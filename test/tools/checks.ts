// The table of static checks: the names of package.json's `check:…` scripts, and how they are run. The scripts hold the commands,
// so that a person, `npm run check` and `npm test` run the same.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../support/is-record.ts';
import { REPOSITORY } from '../support/repository.ts';

/** A check that has run: whether it passed, and all it said, between two lines of ours. */
export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  readonly text: string;
}

/** Takes the next check as soon as it has nothing else to do: several of these share one queue, so that no core waits. */
export type CheckLane = (onResult: (result: CheckResult) => void) => Promise<void>;

/** Checks in the order of package.json: long ones first, so that two lanes end at nearly the same time. */
export const checkNames: readonly string[] = readCheckNames();

function readCheckNames(): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  if (!isRecord(manifest) || !isRecord(manifest['scripts'])) throw new Error('package.json has no scripts');
  return Object.keys(manifest['scripts']).flatMap((name) => (name.startsWith('check:') ? [name.slice('check:'.length)] : []));
}

/** A queue of checks; every call of what it gives is one lane, and ends when the queue is empty. */
export function checkLanes(names: readonly string[], run: (name: string) => Promise<CheckResult> = runCheck): CheckLane {
  const queue = [...names];
  return async (onResult) => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) onResult(await run(name));
  };
}

/** Runs `npm run check:NAME`. Its output is kept, not shown: others run beside it. */
async function runCheck(name: string): Promise<CheckResult> {
  const startMs = performance.now();
  const child = spawn('npm', ['run', '--silent', `check:${name}`], { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const failure = await new Promise<string | null>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (status, signal) => resolve(status === 0 ? null : `status ${status ?? signal ?? 'none'}`));
  });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const verdict = `== check: ${name} ${failure === null ? 'passed' : `FAILED, ${failure}`} (${seconds} s)`;
  return { name, passed: failure === null, text: `\n== check: ${name}\n${Buffer.concat(chunks).toString('utf8')}${verdict}` };
}
