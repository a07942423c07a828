import { expect, test } from 'vitest';
import { probeTimeOf } from '../../bench/capture-cost.ts';
import { parsePeakBytes, parseStat } from '../../bench/process-cost.ts';
import { parseTick, throughput } from '../../bench/workload-process.ts';

test('/proc/PID/stat, with a name that looks like the rest', () => {
  const stat = '42 (a) b (1 2 3) S 1 42 42 0 -1 4194560 100 200 0 0 1234 66 1000 500 20 0 7 0 100 1000 10';
  expect(parseStat(stat)).toEqual({ ownSeconds: 13, endedChildrenSeconds: 15 });
});

test('the peak of memory, in bytes', () => {
  expect(parsePeakBytes('VmPeak:\t  999 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n')).toBe(2 << 20);
  expect(parsePeakBytes('')).toBe(0);
});

test('programs that are open several times count once; other descriptors do not count', () => {
  const program = (id: number, ns: number, runs: number): string =>
    `pos:\t0\nflags:\t02000002\nprog_type:\t7\nprog_id:\t${String(id)}\nrun_time_ns:\t${String(ns)}\nrun_cnt:\t${String(runs)}\n`;
  const perfEvent = 'pos:\t0\nflags:\t02\nmnt_id:\t16\n';
  expect(probeTimeOf([program(7, 5000, 10), perfEvent, program(7, 5000, 10), program(8, 100, 1)])).toEqual({
    probeNs: 5100,
    probeRuns: 11,
  });
  expect(probeTimeOf([])).toEqual({ probeNs: 0, probeRuns: 0 });
});

test('throughput is that of the seconds inside', () => {
  expect(parseTick('TICK 1700000000000 123 456')).toEqual({ atMs: 1700000000000, operations: 123 });
  expect(parseTick('START h2 pid=1')).toBeNull();
  const ticks = [0, 1, 2, 3, 4].map((second) => ({ atMs: second * 1000, operations: second * second * 10 }));
  expect(throughput(ticks, 900, 3100)).toBe(40);
  expect(throughput(ticks, 900, 1100)).toBeNaN();
});
