// The clock, the order of records, the pause before a restart, the queue of profiles and the names of their files.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asPid } from '../../../src/model/units.ts';
import type { BirthRecord, JvmFacts } from '../../../src/model/watch.ts';
import { Backoff } from '../../../src/watch/backoff.ts';
import { BootClock } from '../../../src/watch/boot-clock.ts';
import { profileName } from '../../../src/watch/profile-name.ts';
import { MOST_AT_ONCE, MOST_WAITING, ProfileQueue } from '../../../src/watch/profile-queue.ts';
import { RecordOrder } from '../../../src/watch/record-order.ts';
import { anyText } from '../../support/any-text.ts';

const FACTS: JvmFacts = { vm: 'hotspot', jdk: '17', main: { kind: 'class', name: 'a.Main' }, args: [], user: '', container: '' };

describe('BootClock', () => {
  test('goes by the heartbeat that came soonest', () => {
    const clock = new BootClock(900);
    expect(clock.timeMs(1e6)).toBe(901);
    clock.heard(5e6, 1009);
    clock.heard(6e6, 1007);
    clock.heard(7e6, 1030);
    expect(clock.timeMs(8e6)).toBe(1009);
    expect(clock.ns(1009)).toBe(8e6);
  });

  test('follows a clock that was set', () => {
    const clock = new BootClock(0);
    for (let each = 0; each < 64; each++) clock.heard(each * 1e6, 1000 + each);
    for (let each = 64; each < 128; each++) clock.heard(each * 1e6, 9000 + each);
    expect(clock.timeMs(200e6)).toBe(9200);
  });
});

test('RecordOrder: what came within the hold is in order', () => {
  const order = new RecordOrder();
  const exit = (ns: number): BirthRecord => ({ kind: 'exit', ns, pid: asPid(ns) });
  for (const ns of [30e6, 10e6, 20e6, 150e6]) order.add(exit(ns));
  expect(order.take(125e6).map(({ ns }) => ns)).toEqual([10e6, 20e6]);
  expect(order.take(140e6).map(({ ns }) => ns)).toEqual([30e6]);
  order.add(exit(140e6));
  expect(order.flush().map(({ ns }) => ns)).toEqual([140e6, 150e6]);
  expect(order.flush()).toEqual([]);
});

test('Backoff: longer and longer, up to half a minute; at once again after a good run', () => {
  const backoff = new Backoff();
  expect([1, 2, 3].map(() => backoff.next(10))).toEqual([200, 400, 800]);
  expect(Array.from({ length: 20 }, () => backoff.next(10)).at(-1)).toBe(30_000);
  expect(backoff.next(60_000)).toBe(200);
});

describe('ProfileQueue', () => {
  const jvm = (pid: number, dueMs = 0): { pid: ReturnType<typeof asPid>; startTicks: number; dueMs: number } => ({ pid: asPid(pid), startTicks: 1, dueMs }); // prettier-ignore

  test('a few at a time, in their order, when their time has come', () => {
    const queue = new ProfileQueue();
    for (const [pid, dueMs] of [[1, 50], [2, 0], [3, 0], [4, 0]] as const) expect(queue.offer(jvm(pid, dueMs))).toBe(true); // prettier-ignore
    expect([queue.next(10)?.pid, queue.next(10)?.pid, queue.next(10)]).toEqual([2, 3, null]);
    expect(queue.running).toBe(MOST_AT_ONCE);
    queue.finished();
    expect(queue.next(60)?.pid).toBe(1);
  });

  test('is bounded, and forgets who ended', () => {
    const queue = new ProfileQueue();
    for (let pid = 0; pid < MOST_WAITING; pid++) expect(queue.offer(jvm(pid))).toBe(true);
    expect(queue.offer(jvm(99))).toBe(false);
    expect(queue.remove(jvm(99))).toBeNull();
    expect(queue.remove({ pid: asPid(3), startTicks: 2 })).toBeNull();
    expect(queue.remove(jvm(3))?.pid).toBe(3);
    expect(queue.offer(jvm(99))).toBe(true);
    expect(queue.clear()).toHaveLength(MOST_WAITING);
    expect(queue.next(0)).toBeNull();
  });
});

describe('profileName', () => {
  const nameOf = (name: string): string => profileName({ pid: asPid(4711), startTicks: 1 }, { ...FACTS, main: { kind: 'class', name } }, Date.UTC(2026, 10, 22, 19, 56, 33, 512)); // prettier-ignore

  test('main class, pid, time', () => {
    expect(nameOf('com.example.Main')).toBe('com.example.Main-4711-20261122T195633Z');
    expect(nameOf('/srv/app/app.jar')).toBe('app.jar-4711-20261122T195633Z');
    expect(profileName({ pid: asPid(1), startTicks: 1 }, null, 0)).toBe('jvm-1-19700101T000000Z');
  });

  test.each([
    ['../../etc/passwd', 'passwd'],
    ['..', 'jvm'],
    ['.hidden', 'hidden'],
    ['-rf', 'rf'],
    ['a b\n\u001b[31mc', 'a_b_31mc'],
    ['Größe', 'Gr_e'],
    ['', 'jvm'],
    ['x'.repeat(5000), 'x'.repeat(100)],
  ])('%j is safe', (name, safe) => {
    expect(nameOf(name)).toBe(`${safe}-4711-20261122T195633Z`);
  });

  test('whatever it is called', () => {
    fc.assert(
      fc.property(anyText(), (name) => {
        expect(nameOf(name)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}-4711-20261122T195633Z$/u);
        expect(nameOf(name)).not.toContain('..');
      }),
    );
  });
});
