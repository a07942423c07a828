// How a program went is in the result, as if nothing stood between: exit codes, signals, time that ran out, one that cannot be started. And
// the kernel ends it when its parent is killed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runChild } from '../../../src/child/run-child.ts';
import { dyingWithParent } from '../../../src/child/die-with-parent.ts';
import { REPOSITORY } from '../../support/repository.ts';

const timeoutMs = 60_000;
const shell = (script: string, options: Partial<Parameters<typeof runChild>[2]> = {}) =>
  runChild('sh', ['-c', script], { timeoutMs, ...options });

test('what it wrote, was given, and how it ended', async () => {
  const result = await shell('cat; echo "$WORD" >&2; exit 3', { input: 'text', environment: { WORD: 'word' } });
  expect(result).toEqual({ code: 3, signal: null, stdout: 'text', stderr: 'word\n', timedOut: false, startError: null });
});

test('its own exits with 126 and 127 are exits', async () => {
  for (const code of [126, 127])
    expect(await shell(`echo 'sh: not found' >&2; exit ${String(code)}`)).toMatchObject({ code, startError: null });
});

test('a signal that ended it', async () => {
  expect(await shell('kill -SEGV $$')).toMatchObject({ code: null, signal: 'SIGSEGV', timedOut: false, startError: null });
});

test('its time ran out', async () => {
  expect(await shell('exec sleep 100', { timeoutMs: 50 })).toMatchObject({ timedOut: true, startError: null });
});

test('one that is not there, or no program, was not started', async () => {
  for (const file of ['/no/such/program', REPOSITORY]) {
    const { code, signal, startError } = await runChild(file, [], { timeoutMs });
    expect([code, signal]).toEqual([null, null]);
    expect(startError).toBeInstanceOf(Error);
  }
});

test('it ends with a parent that is killed', async () => {
  expect((await dyingWithParent('true', [])).isGuarded, 'setpriv of util-linux is at hand').toBe(true);
  const module = JSON.stringify(join(REPOSITORY, 'src/child/run-child.ts'));
  const script = `import { runChild } from ${module}; await runChild('sleep', ['100'], { timeoutMs: 90_000 });`;
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { cwd: REPOSITORY, stdio: 'ignore' });
  const closed = once(parent, 'close');
  const child = await awaited(() => childrenOf(parent.pid ?? 0).find((pid) => nameOf(pid) === 'sleep') ?? null);
  parent.kill('SIGKILL');
  await closed;
  await awaited(() => (nameOf(child) === 'sleep' ? null : true));
}); // prettier-ignore

/** Asks again and again, until the answer is not null; the test's own limit ends it. */
async function awaited<Answer>(ask: () => Answer | null): Promise<Answer> {
  for (;;) {
    const answer = ask();
    if (answer !== null) return answer;
    await setTimeout(10);
  }
}

function childrenOf(pid: number): readonly string[] {
  return (readProc(`${String(pid)}/task/${String(pid)}/children`) ?? '').split(' ').filter((word) => word !== '');
}

/** null: it has ended (one that nobody has waited for yet, too). */
function nameOf(pid: string): string | null {
  const [, name, state] = /^\d+ \((.*)\) (.)/.exec(readProc(`${pid}/stat`) ?? '') ?? [];
  return name === undefined || state === 'Z' ? null : name;
}

function readProc(path: string): string | null {
  try {
    return readFileSync(join('/proc', path), 'latin1');
  } catch {
    return null;
  }
}
