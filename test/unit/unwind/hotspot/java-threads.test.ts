// Threads of a VM by the ids that samples have: the VM's own, or those of another pid namespace.

import { expect, test } from 'vitest';
import { asTid, type Tid } from '../../../../src/model/units.ts';
import { JavaThreads } from '../../../../src/unwind/hotspot/java-threads.ts';
import { MemoryView } from '../../../../src/unwind/memory-view.ts';
import { SYNTHETIC_LAYOUT, SyntheticJvm } from '../../../support/synthetic-jvm.ts';

test('in a pid namespace of its own a thread is found by its number there, asked for once a batch', () => {
  const jvm = new SyntheticJvm();
  const [first, second] = [jvm.thread(7), jvm.thread(8)];
  const inside = new Map<Tid, number | null>([[asTid(4711), 7], [asTid(4712), 8], [asTid(4713), null]]); // prettier-ignore
  let asked = 0;
  const threads = new JavaThreads(new MemoryView(jvm.memory), SYNTHETIC_LAYOUT, (tid) => {
    asked += 1;
    return inside.get(tid) ?? null;
  });
  const look = (): unknown[] => [4711, 4712, 4713, 7].map((tid) => threads.address(asTid(tid)));
  expect([look(), look()]).toEqual([[first, second, null, null], [first, second, null, null]]); // prettier-ignore
  expect(asked).toBe(4);
  // The numbers of the host are given to other threads.
  inside.set(asTid(4711), 8);
  inside.delete(asTid(4712));
  threads.beginBatch();
  expect(look()).toEqual([second, null, null, null]);
});

test('in ours by its own number', () => {
  const jvm = new SyntheticJvm();
  const thread = jvm.thread(7);
  expect(new JavaThreads(new MemoryView(jvm.memory), SYNTHETIC_LAYOUT).address(asTid(7))).toBe(thread);
});

test('a list that says something else each time is bounded, though its older threads say that they are alive', () => {
  const jvm = new SyntheticJvm();
  const memory = new MemoryView(jvm.memory);
  const threads = new JavaThreads(memory, SYNTHETIC_LAYOUT, undefined, 4);
  for (let batch = 0; batch < 5; batch += 1) {
    const made = [0, 1, 2].map((i) => jvm.thread(100 + 3 * batch + i));
    // The newest three only.
    const list = memory.word(SYNTHETIC_LAYOUT.threads.head);
    jvm.memory.word(list + 8, memory.word(list + 8) + 8 * 3 * batch);
    jvm.memory.i32(list, 3);
    threads.beginBatch();
    expect(threads.all()).toEqual(expect.arrayContaining(made));
    expect(threads.all().length).toBeLessThanOrEqual(4);
  }
});
