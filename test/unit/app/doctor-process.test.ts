// `jtrace doctor PID`: the process was found some seconds before it is looked at.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { findingsOfProcess } from '../../../src/app/doctor-process.ts';
import type { PlainProcess } from '../../../src/model/process.ts';
import { asPid } from '../../../src/model/units.ts';
import { chooseTarget } from '../../../src/target/processes/choose-target.ts';

async function found(child: ChildProcess): Promise<PlainProcess> {
  const choice = await chooseTarget({ kind: 'pid', pid: asPid(child.pid ?? 0) });
  if (choice.kind !== 'one' || choice.process.vm !== 'none') throw new Error('no plain process');
  return choice.process;
}

test('one that has ended meanwhile is one line that says so; while it runs there is more to tell', async () => {
  const child = spawn('sleep', ['1000']);
  try {
    await once(child, 'spawn');
    const process_ = await found(child);
    expect(findingsOfProcess(process_, null).map(({ id }) => id)).toContain('process.stacks');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(findingsOfProcess(process_, null)).toEqual([
      {
        id: 'process.kind',
        group: 'process',
        title: 'process',
        outcome: {
          kind: 'missing',
          found: `process ${String(child.pid)} ended while the machine was looked at`,
          means: 'Name one that runs.',
          command: null,
        },
      },
    ]);
  } finally {
    child.kill('SIGKILL');
  }
});

test('another process that has its number by now is not looked at in its place', async () => {
  const choice = await chooseTarget({ kind: 'pid', pid: asPid(process.pid) });
  if (choice.kind !== 'one') throw new Error('several');
  const before = { ...choice.process, startTicks: choice.process.startTicks - 1 };
  expect(findingsOfProcess(before, null).map(({ outcome }) => outcome.kind)).toEqual(['missing']);
});
