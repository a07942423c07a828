// Threads that wait in a system call: where they made it, and what is read of their stacks.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { samplesOfWaiting } from '../../../src/app/warm-up.ts';
import { asPid } from '../../../src/model/units.ts';
import { blockedThreads } from '../../../src/target/blocked-threads.ts';

const ENDED = asPid(2 ** 22 - 1);
let child: ChildProcess;
let pid = ENDED;

beforeAll(async () => {
  // It reads what never comes, when it has written this.
  child = spawn('cat', [], { stdio: ['pipe', 'pipe', 'ignore'] });
  pid = asPid(child.pid ?? 0);
  child.stdin?.write('READY');
  if (child.stdout !== null) await once(child.stdout, 'data');
  while (blockedThreads(pid, 1).length === 0) await new Promise((resolve) => setImmediate(resolve));
});
afterAll(() => child.kill('SIGKILL'));

/** Lowest and highest address of what the process calls so. */
function mapped(name: string): readonly [number, number] {
  const line = readFileSync(`/proc/${String(pid)}/maps`, 'utf8').split('\n').find((text) => text.includes(name)) ?? ''; // prettier-ignore
  const [low = '', high = ''] = (line.split(' ')[0] ?? '').split('-');
  return [parseInt(low, 16), parseInt(high, 16)];
}

test('one that waits: its stack pointer lies in its stack', () => {
  const [thread, ...others] = blockedThreads(pid, 10);
  const [low, high] = mapped('[stack]');
  expect(others).toEqual([]);
  expect(thread?.tid).toBe(pid);
  expect(Number(thread?.sp)).toBeGreaterThan(low);
  expect(Number(thread?.sp)).toBeLessThan(high);
});

test('no more than asked for; none of one that is gone', () => {
  expect(blockedThreads(pid, 0)).toEqual([]);
  expect(blockedThreads(ENDED, 10)).toEqual([]);
});

test('a sample has as much of the stack as can be read in one piece, and the registers that are known', () => {
  const asked: number[] = [];
  const read = (_: number, bytes: Uint8Array): boolean => {
    asked.push(bytes.length);
    return bytes.length <= 4096;
  };
  const [thread] = blockedThreads(pid, 1);
  const [sample, ...others] = samplesOfWaiting(pid, { read }, 77);
  expect(others).toEqual([]);
  expect(asked).toEqual([16384, 8192, 4096]);
  expect(sample).toMatchObject({ timeNs: 77, pid, tid: pid, mode: 'kernel', registers: { rip: thread?.pc, rsp: thread?.sp, cs: 0x33 } }); // prettier-ignore
  expect(sample?.stack.chunks.map(({ bytes }) => bytes.length)).toEqual([4096]);
  expect(Number(sample?.stack.end)).toBe(Number(thread?.sp) + 4096);
});

test('a stack that cannot be read gives none', () => {
  expect(samplesOfWaiting(pid, { read: () => false }, 0)).toEqual([]);
});
