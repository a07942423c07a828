// What the sweep may read of other processes, on a /proc of the test's making; real processes: test/real/capture/ending.test.ts.

import { beforeEach, expect, test, vi } from 'vitest';
import { sweepLeftovers } from '../../../src/bpftrace/sweep.ts';

const NAMESPACE = 'pid:[4026531836]';
const proc = vi.hoisted(() => ({ files: new Map<string, string>(), opened: [] as string[], readBytes: 0 }));

vi.mock('node:fs', () => ({
  constants: { O_RDONLY: 0, O_NONBLOCK: 0 },
  readdirSync: () => ['self', '7', '8', '9'],
  readlinkSync: () => 'pid:[4026531836]',
  openSync: (path: string) => {
    if (!proc.files.has(path)) throw new Error('ENOENT');
    return proc.opened.push(path) - 1;
  },
  readFileSync: (path: string) => {
    proc.opened.push(path);
    proc.readBytes += proc.files.get(path)?.length ?? 0;
    return proc.files.get(path);
  },
  readSync: (fd: number, into: Buffer, offset: number, length: number) => {
    const got = into.write((proc.files.get(proc.opened[fd] ?? '') ?? '').slice(0, length), offset, 'latin1');
    proc.readBytes += got;
    return got;
  },
  closeSync: () => undefined,
}));

beforeEach(() => {
  proc.files.clear();
  proc.opened.length = 0;
  proc.readBytes = 0;
});

function addProcess(pid: number, uid: number, environment: string): void {
  proc.files.set(`/proc/${String(pid)}/status`, `Name:\tx\nUid:\t${String(uid)}\t${String(uid)}\t0\t0\n`);
  proc.files.set(`/proc/${String(pid)}/environ`, environment);
}

test('only leftovers that run as we do are ended; no environment of another user is opened, and of none more than a bound is read', () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const uid = process.geteuid?.() ?? 0;
  const mark = `JTRACE_CAPTURE_OF=5:1:${NAMESPACE}\0`;
  addProcess(7, uid, `A=b\0${mark}`);
  addProcess(8, uid + 1, mark);
  addProcess(9, uid, 'A=b\0'.repeat(1024 * 1024));
  expect(sweepLeftovers()).toEqual([7]);
  expect(kill.mock.calls).toEqual([[7, 'SIGKILL']]);
  expect(proc.opened).toContain('/proc/9/environ');
  expect(proc.opened).not.toContain('/proc/8/environ');
  expect(proc.readBytes).toBeLessThan(300 * 1024);
  kill.mockRestore();
});
