// SIGINT at a moment at which nothing is lost by it; and sent all the same to a process that has no such moment.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { interruptOutsideWrites } from '../../../src/child/interrupt-outside-writes.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function started(file: string, args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  children.push(child);
  await once(child.stdout, 'readable');
  return child;
}

/** Signals that were sent, and the one that ended it. */
async function interrupted(child: ChildProcess): Promise<{ readonly sent: readonly string[]; readonly ended: unknown[] }> {
  const sent: string[] = [];
  const ended = once(child, 'exit');
  await interruptOutsideWrites({
    pid: child.pid ?? 0,
    kill: (signal) => {
      sent.push(signal);
      child.kill(signal);
    },
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
  });
  return { sent, ended: await ended };
}

const POLL = "console.log('READY'); setInterval(() => {}, 1000)";

test('one that waits for events: at once', async () => {
  const { sent, ended } = await interrupted(await started(process.execPath, ['-e', POLL]));
  expect(ended).toEqual([null, 'SIGINT']);
  expect(sent.slice(-3)).toEqual(['SIGSTOP', 'SIGINT', 'SIGCONT']);
});

test('one that never does: in the end', async () => {
  const { sent, ended } = await interrupted(await started('sh', ['-c', 'echo READY; while :; do :; done']));
  expect(ended).toEqual([null, 'SIGINT']);
  expect(sent.filter((signal) => signal === 'SIGINT')).toHaveLength(1);
});

test('one that works for a while before it waits: not before, and it is not stopped before', async () => {
  const work =
    "console.log('READY'); const end = Date.now() + 300; while (Date.now() < end); console.log('DONE'); setInterval(() => {}, 1000)";
  const child = await started(process.execPath, ['-e', work]);
  let said = '';
  child.stdout?.on('data', (piece) => (said += String(piece)));
  const { sent, ended } = await interrupted(child);
  expect(ended).toEqual([null, 'SIGINT']);
  // A busy machine may need a second look.
  expect(sent.slice(-3)).toEqual(['SIGSTOP', 'SIGINT', 'SIGCONT']);
  expect(said).toContain('DONE');
});

test('one that somebody has stopped: goes on to its end', async () => {
  const child = await started(process.execPath, ['-e', POLL]);
  child.kill('SIGSTOP');
  expect((await interrupted(child)).ended).toEqual([null, 'SIGINT']);
});

test('one whose system call may not be known: at once', async () => {
  const sent: string[] = [];
  // A number that no process has.
  await interruptOutsideWrites({ pid: 2 ** 30, kill: (signal) => sent.push(signal), hasExited: () => false });
  expect(sent).toEqual(['SIGSTOP', 'SIGINT', 'SIGCONT']);
});

test('one that has ended: nothing is waited for', async () => {
  const sent: string[] = [];
  await interruptOutsideWrites({ pid: 2 ** 30, kill: (signal) => sent.push(signal), hasExited: () => true });
  expect(sent).toEqual(['SIGINT', 'SIGCONT']);
});

test('one that stands in a write to the end: told', async () => {
  // Nobody reads.
  const child = await started('sh', ['-c', 'while :; do echo READY; done']);
  const ended = once(child, 'exit');
  const hasFound = await interruptOutsideWrites(
    { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), hasExited: () => false },
    500,
  );
  expect(hasFound).toBe(false);
  child.stdout?.resume();
  expect(await ended).toEqual([null, 'SIGINT']);
});
