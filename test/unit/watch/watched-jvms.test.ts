// What the kernel and looks say → what is told: each JVM once, whatever comes twice, late or not at all.

import { expect, test } from 'vitest';
import { asPid } from '../../../src/model/units.ts';
import type { BirthRecord, JvmFacts, WatchEvent } from '../../../src/model/watch.ts';
import { BootClock } from '../../../src/watch/boot-clock.ts';
import { WatchedJvms } from '../../../src/watch/watched-jvms.ts';

const PID = asPid(4711);
const MS = 1e6;
/** The machine started at 1000 s of the epoch. */
const BOOT_MS = 1_000_000;
const FACTS: JvmFacts = {
  vm: 'hotspot',
  jdk: '17.0.15',
  main: { kind: 'class', name: 'Main' },
  args: [],
  user: 'root',
  container: '',
};

class Course {
  readonly events: WatchEvent[] = [];
  readonly clock = new BootClock(BOOT_MS);
  readonly jvms = new WatchedJvms(this.clock, (event) => this.events.push(event));
  readonly identity = { pid: PID, startTicks: 500 };

  mapped(ms: number, more: Partial<Extract<BirthRecord, { kind: 'mapped' }>> = {}): void {
    this.jvms.record({ kind: 'mapped', ns: ms * MS, pid: PID, openedNs: ms * MS, parent: asPid(1), startTicks: 500, ...more });
  }

  thread(ms: number, thread: 'periodic' | 'notification'): void {
    this.jvms.record({ kind: 'thread', ns: ms * MS, pid: PID, thread });
  }

  end(ms: number, kind: 'exit' | 'exec' = 'exit'): void {
    this.jvms.record({ kind, ns: ms * MS, pid: PID });
  }

  look(facts: Partial<JvmFacts> = {}, isFinal = true): void {
    this.jvms.described(this.identity, { ...FACTS, ...facts }, isFinal);
  }

  /** `start`, `ready 40`, `end 45 exit true`. */
  get told(): readonly string[] {
    return this.events.map((event) => {
      if (event.kind === 'ready') return `ready ${String(event.readyMs)}`;
      if (event.kind === 'end') return `end ${String(event.livedMs)} ${event.how} ${String(event.wasReady)}`;
      if (event.kind === 'start') return `start ${event.seen} ${event.jvm?.main.name ?? 'unknown'}`;
      return event.kind;
    });
  }
}

test('starts, is ready, ends', () => {
  const course = new Course();
  course.mapped(5100);
  course.look();
  course.thread(5140, 'notification');
  course.thread(5141, 'periodic');
  course.end(5150);
  expect(course.told).toEqual(['start openat Main', 'ready 40', 'end 50 exit true']);
  expect(course.events[0]?.timeMs).toBe(BOOT_MS + 5100);
  expect(course.jvms.counts).toEqual({ started: 1, bySweep: 0, ended: 1, running: 0, lost: 0, gaps: 0 });
});

test('of JDK 21 and later the periodic thread is no sign, of 13 and before the only one', () => {
  const late = new Course();
  late.mapped(5100);
  late.look({ jdk: '25.0.1' });
  late.thread(5110, 'periodic');
  late.thread(5140, 'notification');
  expect(late.told).toEqual(['start openat Main', 'ready 40']);
  const early = new Course();
  early.mapped(5100);
  early.thread(5130, 'periodic');
  early.look({ jdk: '1.8.0_432' });
  expect(early.told).toEqual(['start openat Main', 'ready 30']);
});

test('with -XX:-UseNotificationThread JDK 21 does not tell, and that is not to say that it was not ready', () => {
  const course = new Course();
  course.mapped(5100);
  course.look({ jdk: '21.0.4' });
  course.thread(5110, 'periodic');
  course.end(5200);
  expect(course.told).toEqual(['start openat Main', 'end 100 exit null']);
});

test('of an unknown JDK the periodic thread counts when no other follows', () => {
  const course = new Course();
  course.mapped(5100);
  course.look({ jdk: '' });
  course.thread(5130, 'periodic');
  course.jvms.tick(5900 * MS);
  expect(course.told).toEqual(['start openat Main']);
  course.jvms.tick(6200 * MS);
  expect(course.told).toEqual(['start openat Main', 'ready 30']);
});

test('one that is gone before it could be looked at is told, and that it was not ready', () => {
  const course = new Course();
  course.mapped(5100);
  course.end(5103);
  expect(course.told).toEqual(['start openat unknown', 'end 3 exit false']);
  const half = new Course();
  half.mapped(5100);
  half.look({ main: { kind: 'class', name: 'Half' }, vm: 'starting', jdk: '' }, false);
  half.end(5103);
  expect(half.told).toEqual(['start openat Half', 'end 3 exit false']);
});

test('what cannot be looked at is told after a while', () => {
  const course = new Course();
  course.mapped(5100);
  course.jvms.tick(7000 * MS);
  expect(course.told).toEqual([]);
  expect(course.jvms.untold).toEqual([course.identity]);
  course.jvms.tick(7100 * MS);
  expect(course.told).toEqual(['start openat unknown']);
});

test('a time of day that is set ends no patience', () => {
  const course = new Course();
  course.mapped(5100);
  // Six seconds of heartbeats, an hour later by the time of day.
  for (let each = 0; each < 64; each++) course.clock.heard(5200 * MS, BOOT_MS + 3_600_000);
  course.jvms.tick(5300 * MS);
  expect(course.told).toEqual([]);
  course.look();
  course.jvms.gone(course.identity, 'exit', 5400 * MS);
  course.jvms.gone(course.identity, 'exit', 5500 * MS);
  expect(course.told).toEqual(['start openat Main']);
});

test('one is told once, whoever sees it first', () => {
  const kernel = new Course();
  kernel.mapped(5100);
  kernel.look();
  kernel.mapped(5200); // of a map that is full
  expect(kernel.jvms.found(kernel.identity, FACTS, 'sweep', BOOT_MS + 9000)).toBe(false);
  expect(kernel.told).toEqual(['start openat Main']);
  const sweep = new Course();
  sweep.jvms.found(sweep.identity, FACTS, 'sweep', BOOT_MS + 5200);
  sweep.mapped(5100);
  sweep.thread(5300, 'notification');
  sweep.end(6000);
  expect(sweep.told).toEqual(['start sweep Main', 'ready null', 'end 900 exit null']);
});

test('those that run are no starts', () => {
  const course = new Course();
  course.jvms.found(course.identity, FACTS, 'running', BOOT_MS + 9000);
  course.end(10_000);
  expect(course.told).toEqual(['running', 'end 5000 exit true']);
  expect(course.jvms.counts).toMatchObject({ started: 0, ended: 1 });
});

test('another program of the same process ends it, and may be a JVM again', () => {
  const course = new Course();
  course.mapped(5100);
  course.look();
  course.end(5200, 'exec');
  course.mapped(5300);
  course.look({ main: { kind: 'class', name: 'Second' } });
  expect(course.told).toEqual(['start openat Main', 'end 100 exec false', 'start openat Second']);
});

test('a number that is in use again: the end before was missed', () => {
  const course = new Course();
  course.mapped(5100);
  course.look();
  course.mapped(9100, { startTicks: 900 });
  expect(course.told).toEqual(['start openat Main', 'end 4000 exit false']);
  expect(course.jvms.identities).toEqual([{ pid: PID, startTicks: 900 }]);
});

test('an end that the kernel does not tell is believed after a while, and at once when it does', () => {
  const missed = new Course();
  missed.mapped(5100);
  missed.look();
  missed.jvms.gone(missed.identity, 'exit', 6100 * MS);
  expect(missed.told).toEqual(['start openat Main']);
  missed.jvms.gone(missed.identity, 'exit', 7100 * MS);
  expect(missed.told).toEqual(['start openat Main', 'end 1000 exit false']);
  missed.jvms.gone(missed.identity, 'exit', 8100 * MS);
  missed.end(8200);
  expect(missed.jvms.counts.ended).toBe(1);
});

test('what was lost, or not listened to, is doubtful', () => {
  const lost = new Course();
  lost.mapped(5100);
  lost.look();
  lost.jvms.lost(3, BOOT_MS + 5200);
  lost.end(6000);
  expect(lost.told).toEqual(['start openat Main', 'lost', 'end 900 exit null']);
  const gap = new Course();
  gap.mapped(5100);
  gap.look();
  gap.jvms.gap(BOOT_MS + 5110, BOOT_MS + 5900, 'bpftrace was ended by SIGKILL');
  gap.end(6000);
  expect(gap.told).toEqual(['start openat Main', 'ready null', 'gap', 'end 900 exit null']);
  expect(gap.jvms.counts).toMatchObject({ gaps: 1, lost: 0 });
});

test('OpenJ9 tells nobody', () => {
  const course = new Course();
  course.mapped(5100);
  course.look({ vm: 'openj9' });
  expect(course.told).toEqual(['start openat Main', 'ready null']);
});

test('nothing stays of ten thousand that came and went', () => {
  const course = new Course();
  for (let each = 0; each < 10_000; each++) {
    const pid = asPid(1000 + each);
    course.jvms.record({ kind: 'mapped', ns: each * MS, pid, openedNs: null, parent: asPid(1), startTicks: each });
    course.jvms.record({ kind: 'exit', ns: (each + 1) * MS, pid });
  }
  expect(course.jvms.counts).toMatchObject({ started: 10_000, ended: 10_000, running: 0 });
  expect(course.jvms.untold).toEqual([]);
});
