// One watch with processes that are put in their place: what the kernel says late is not told by a sweep instead.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JvmWatch, type JvmReads } from '../../../src/app/jvm-watch.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { JvmProcess } from '../../../src/model/process.ts';
import { asPid } from '../../../src/model/units.ts';
import type { BirthRecord, WatchEvent } from '../../../src/model/watch.ts';

const PID = asPid(4711);
const MS = 1e6;
const JVM: JvmProcess = {
  pid: PID,
  startTicks: 500,
  args: [],
  threads: 12,
  cpu: { percent: 0, over: 'since-start' },
  user: 'root',
  container: '',
  vm: 'hotspot',
  jdk: '17.0.15',
  main: { kind: 'class', name: 'Main' },
  classPath: [],
};
const DIED = new OperatorError('incomplete', 'bpftrace was ended by SIGKILL', '');

let watch: JvmWatch | null = null;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  watch?.close();
  watch = null;
  vi.useRealTimers();
});

interface Course {
  readonly watch: JvmWatch;
  readonly told: () => readonly string[];
  readonly bugs: readonly string[];
}

function watchOf(reads: Partial<JvmReads> = {}): Course {
  const bugs: string[] = [];
  const events: WatchEvent[] = [];
  const sinks = {
    event: (event: WatchEvent) => void events.push(event),
    bug: (cost: string, error: unknown) => void bugs.push(`${cost}: ${String(error)}`),
  };
  const made = new JvmWatch(sinks, {
    sweepForJvms: (isKnown) => Promise.resolve(isKnown(JVM) ? [] : [JVM]),
    lookAtJvm: () => JVM,
    hasEnded: () => false,
    readProcessStat: () => null,
    ...reads,
  });
  watch = made;
  const told = (): readonly string[] => events.map((event) => (event.kind === 'start' ? `start ${event.seen}` : event.kind));
  return { watch: made, told, bugs };
}

/** The kernel's time now: that of performance.now(), which stands still. */
const heartbeat = (afterMs: number): BirthRecord => ({ kind: 'heartbeat', ns: (performance.now() + afterMs) * MS });
const mapped = (): BirthRecord => ({ kind: 'mapped', ns: performance.now() * MS, pid: PID, openedNs: null, parent: asPid(1), startTicks: 500 }); // prettier-ignore

test('what lies unread in the pipe when a sweep has found it is the kernel’s to tell', async () => {
  const { watch, told } = watchOf();
  watch.record(heartbeat(0));
  const birth = mapped();
  const swept = watch.sweep('running');
  // A stall of jtrace: its timers have run, and nothing was read.
  await vi.advanceTimersByTimeAsync(4000);
  expect(told()).toEqual([]);
  watch.record(birth);
  watch.record(heartbeat(0));
  watch.record(heartbeat(400));
  await swept;
  expect(told()).toEqual(['start openat']);
});

test('what the kernel does not tell by then is the sweep’s to tell', async () => {
  const { watch, told } = watchOf();
  watch.record(heartbeat(0));
  const swept = watch.sweep('running');
  await vi.advanceTimersByTimeAsync(0);
  watch.record(heartbeat(200));
  await vi.advanceTimersByTimeAsync(0);
  expect(told()).toEqual([]);
  watch.record(heartbeat(400));
  await swept;
  expect(told()).toEqual(['running']);
});

test('nobody listens any more: it waits no longer', async () => {
  const died = watchOf();
  died.watch.record(heartbeat(0));
  const swept = died.watch.sweep('running');
  await vi.advanceTimersByTimeAsync(0);
  died.watch.down(DIED);
  await swept;
  expect(died.told()).toEqual(['running']);
  died.watch.close();
  const stopped = watchOf();
  const last = stopped.watch.sweep('running');
  await vi.advanceTimersByTimeAsync(0);
  stopped.watch.silent();
  await last;
  expect(stopped.told()).toEqual(['running']);
});

test('a sweep that throws is told, and the next is tried', async () => {
  let sweeps = 0;
  const { watch, told, bugs } = watchOf({
    sweepForJvms: () => ((sweeps += 1) === 1 ? Promise.reject(new Error('EIO')) : Promise.resolve([JVM])),
  });
  watch.down(DIED);
  await vi.advanceTimersByTimeAsync(0);
  expect(bugs).toEqual(['a look through all processes: Error: EIO']);
  expect(told()).toEqual([]);
  await vi.advanceTimersByTimeAsync(6000);
  expect(told().slice(0, 2)).toEqual(['start sweep', 'ready']);
});

test('looks that take long are few, and the next heartbeat goes on with them', () => {
  let looks = 0;
  const { watch, told } = watchOf({
    lookAtJvm: (pid) => {
      looks += 1;
      vi.advanceTimersByTime(15);
      return { ...JVM, pid };
    },
  });
  watch.record(heartbeat(0));
  const births = [1, 2, 3, 4, 5, 6].map((pid) => ({ ...mapped(), pid: asPid(pid) }));
  for (const birth of births) watch.record(birth);
  expect(looks).toBe(2);
  watch.record(heartbeat(150));
  expect(looks).toBe(4);
  expect(told()).toHaveLength(4);
  watch.record(heartbeat(150));
  expect(looks).toBe(6);
  expect(told()).toHaveLength(6);
});
