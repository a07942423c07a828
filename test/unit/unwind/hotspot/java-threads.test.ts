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
