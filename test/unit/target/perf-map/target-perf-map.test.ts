// The perf map of a process: of this one, which has none but the test's.

import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { asPid } from '../../../../src/model/units.ts';
import { PerfMapRoom } from '../../../../src/target/perf-map/perf-map-room.ts';
import { PerfMap } from '../../../../src/target/perf-map/perf-map.ts';
import { TargetPerfMap } from '../../../../src/target/perf-map/target-perf-map.ts';
import { pidInside } from '../../../../src/target/processes/namespace-ids.ts';

const pid = asPid(process.pid);
const FILE = `/tmp/perf-${String(pidInside(pid))}.map`;
/** Later than any refresh that was put off. */
const LATER_MS = 3_600_000;

afterEach(() => {
  rmSync(FILE, { force: true });
});

test('what was added is read when an address is not found', () => {
  const map = new TargetPerfMap(pid, () => true);
  writeFileSync(FILE, '1000 10 first\n');
  expect(map.functionAt(0x1000, 0)?.name).toBe('first');
  appendFileSync(FILE, '2000 10 second\n');
  expect(map.functionAt(0x2000, 0)).toBeNull();
  expect(map.functionAt(0x2000, LATER_MS)?.name).toBe('second');
});

function costOf(text: string): number {
  const map = new PerfMap();
  map.add(Buffer.from(text));
  return map.costBytes;
}

test('all maps together have a bound; one that is closed makes room, and keeps what it knows', () => {
  const room = new PerfMapRoom(20);
  const [first, second] = [new TargetPerfMap(pid, () => true, room), new TargetPerfMap(pid, () => true, room)];
  writeFileSync(FILE, '1000 10 name\n'.repeat(2));
  expect(first.functionAt(0x1000, 0)?.name).toBe('name');
  expect(room.leftBytes).toBeLessThanOrEqual(0);
  expect(second.functionAt(0x1000, 0)).toBeNull();
  first.close();
  expect(first.functionAt(0x1000, LATER_MS)?.name).toBe('name');
  expect(second.functionAt(0x1000, LATER_MS)?.name).toBe('name');
  second.close();
  expect(room.leftBytes).toBe(20);
});

test('a map that was begun anew gives back what the old one held', () => {
  const room = new PerfMapRoom(1000);
  const map = new TargetPerfMap(pid, () => true, room);
  writeFileSync(FILE, '1000 10 a long name of before\n');
  expect(map.functionAt(0x1000, 0)?.name).toBe('a long name of before');
  writeFileSync(FILE, '2000 10 new\n');
  expect(map.functionAt(0x2000, LATER_MS)?.name).toBe('new');
  expect(map.functionAt(0x1000, LATER_MS)).toBeNull();
  expect(room.leftBytes).toBe(1000 - costOf('2000 10 new\n'));
});

test('short lines cost what they take, not what they are long: a map of many is not kept behind its process', () => {
  const room = new PerfMapRoom(100_000_000);
  const map = new TargetPerfMap(pid, () => true, room);
  const text = '1000 1 x\n'.repeat(100_000);
  writeFileSync(FILE, text);
  expect(map.functionAt(0x1000, 0)?.name).toBe('x');
  expect(100_000_000 - room.leftBytes).toBeGreaterThan(text.length + 100_000 * 40);
  map.close();
  expect(room.leftBytes).toBe(100_000_000);
  expect(map.functionAt(0x1000, LATER_MS)).toBeNull();
});

test('the time that reading takes is of all processes together', () => {
  const room = new PerfMapRoom();
  const [first, second] = [new TargetPerfMap(pid, () => true, room), new TargetPerfMap(pid, () => true, room)];
  writeFileSync(FILE, '1000 10 name\n');
  expect(first.functionAt(0x1000, 0)?.name).toBe('name');
  room.spendMs(2000); // as of other processes' maps
  expect(second.functionAt(0x1000, 1000)).toBeNull();
  expect(second.functionAt(0x1000, LATER_MS)?.name).toBe('name');
});
