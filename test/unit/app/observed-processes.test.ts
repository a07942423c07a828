// Which processes are held open and how often they are asked, with readers of the test's making.

import { silentReader } from '../../../src/app/silent-reader.ts';
import { describe, expect, test } from 'vitest';
import { ObservedProcesses, type ProcessSources } from '../../../src/app/observed-processes.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import { type Registers, X86_64_REGISTERS } from '../../../src/model/registers.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import { MappingRoom } from '../../../src/unwind/native/mapping-room.ts';
import type { Mapping, TargetReader } from '../../../src/model/target.ts';
import { asAddress, asKernelAddress, asPid, asTid, type Pid } from '../../../src/model/units.ts';

type Reader = TargetReader & { close(): void };

const LIBJVM: Mapping = {
  start: asAddress(0x1000),
  end: asAddress(0x2000),
  permissions: 'r-xp',
  fileOffsetBytes: 0,
  path: '/jdk/lib/server/libjvm.so',
  deleted: false,
  fileId: '8:1:7',
};

/** In no mapping. */
const REGISTERS = Object.fromEntries(X86_64_REGISTERS.map((name) => [name, name === 'cs' ? 0x33 : 0x5000])) as Registers;

function readers(maps: readonly Mapping[] = []) {
  const calls = { maps: 0, library: 0, opened: 0, closed: 0 };
  const open = (pid: Pid): Reader => {
    calls.opened += 1;
    return {
      ...silentReader(pid),
      maps: () => {
        calls.maps += 1;
        return maps;
      },
      library: () => {
        calls.library += 1;
        return null;
      },
      alive: () => true,
      close: () => {
        calls.closed += 1;
      },
    };
  };
  return { calls, open };
}

function observe(open: ProcessSources['open'], more: Partial<ProcessSources> = {}, mappings?: MappingRoom): ObservedProcesses {
  const sources = { open, kernel: { symbolAt: () => null }, describe: () => null, reread: true, ...more };
  return new ObservedProcesses(sources, () => undefined, mappings);
}

/** In the kernel, without a user stack: nothing but attaching asks the process. */
function sampleOf(pid: number, timeMs: number): RawSample {
  return {
    timeNs: timeMs * 1e6,
    cpu: 0,
    pid: asPid(pid),
    tid: asTid(pid),
    comm: 'x',
    ticks: 1,
    mode: 'kernel',
    registers: null,
    anchor: null,
    kernelStack: [],
    stack: { chunks: [], unreadablePages: [], end: asAddress(0), cut: false, lostChunks: 0 },
  };
}

test('a process that ended is closed, answers late samples once more, and is forgotten after many others', () => {
  const { calls, open } = readers();
  const processes = observe(open);
  for (let pid = 1; pid <= 500; pid++) {
    processes.exec(asPid(pid));
    processes.exit(asPid(pid));
  }
  expect(calls).toMatchObject({ opened: 500, closed: 500 });
  processes.open(asPid(500));
  expect(calls.opened).toBe(500);
  processes.open(asPid(1));
  expect(calls.opened).toBe(501);
  processes.close();
  expect(calls.closed).toBe(501);
});

test('room for mappings comes back when a process is closed to make room for others, and when its late samples can have come', () => {
  const room = new MappingRoom(1_000_000);
  const { open } = readers([LIBJVM]);
  const processes = observe(open, { isWholeMachine: true }, room);
  for (let pid = 1; pid <= 900; pid++) processes.meet(sampleOf(pid, 1000));
  const eachBytes = (1_000_000 - room.leftBytes) / 256;
  expect(eachBytes).toBeGreaterThan(100);
  for (let pid = 1; pid <= 900; pid++) processes.exit(asPid(pid));
  expect(1_000_000 - room.leftBytes).toBe(32 * eachBytes);
  for (const timeMs of [2000, 20_000]) processes.beginBatch(timeMs);
  expect(room.leftBytes).toBe(1_000_000);
});

test('the number of an ended process, in use again, is another process', () => {
  const { calls, open } = readers();
  const processes = observe(open);
  processes.exec(asPid(7));
  processes.exit(asPid(7));
  processes.exec(asPid(7));
  expect(calls).toMatchObject({ opened: 2, closed: 1 });
});

test('a process that runs another program than the one sampled, of which nobody has told: never read by the names of the other', () => {
  const { calls, open } = readers();
  const runs = { stackStart: 100 };
  const processes = observe(open, { isWholeMachine: true, stackStart: () => runs.stackStart });
  const outcomeOf = (stackStart: number): string => {
    const { outcome } = processes.resolve({ ...sampleOf(7, 1), registers: REGISTERS, stackStart: asAddress(stackStart) }).stack;
    return outcome.kind === 'unfinished' ? outcome.reason : outcome.kind;
  };
  // Sampled before the exec, opened behind it.
  expect(outcomeOf(50)).toBe('target-exited');
  const known = outcomeOf(100);
  expect(known).not.toBe('target-exited');
  expect(calls.opened).toBe(1);
  // Sampled behind an exec that is told of later.
  runs.stackStart = 200;
  expect(outcomeOf(200)).toBe(known);
  expect(calls).toMatchObject({ opened: 2, closed: 1 });
  expect(outcomeOf(100)).toBe('target-exited');
  // The same of one that has ended, and whose number is in use again.
  processes.exit(asPid(7));
  expect(outcomeOf(200)).toBe(known);
  runs.stackStart = 300;
  expect(outcomeOf(300)).toBe(known);
  expect(calls).toMatchObject({ opened: 3, closed: 2 });
  // Who does not tell is believed.
  expect(outcomeOf(0)).toBe(known);
});

test('some seconds after its end a sample with its number is of another process, that was forked and runs the same program', () => {
  const { calls, open } = readers();
  const processes = observe(open, { isWholeMachine: true });
  const sampled = (timeMs: number): number => {
    processes.beginBatch(timeMs);
    processes.resolve(sampleOf(7, timeMs));
    processes.endBatch();
    return calls.opened;
  };
  expect(sampled(1000)).toBe(1);
  processes.exit(asPid(7));
  // However long it was idle before: late is what comes after others.
  expect(sampled(60_000)).toBe(1);
  expect(sampled(61_000)).toBe(1);
  expect(sampled(80_000)).toBe(2);
});

test('a descendant that may not be read is told once and has unfinished stacks; a chosen process is refused', () => {
  const told: OperatorError[] = [];
  const processes = observe(
    () => {
      throw new OperatorError('environment', 'forbidden', 'become root');
    },
    { onUnreadable: (error) => told.push(error) },
  );
  processes.exec(asPid(7));
  processes.exec(asPid(8));
  expect(processes.resolve(sampleOf(7, 1)).stack.outcome.kind).toBe('unfinished');
  expect(told).toHaveLength(1);
  expect(() => processes.open(asPid(9))).toThrow('forbidden');
});

test('a process whose VM cannot even be asked: known all the same, so that it is closed and not opened for each of its samples', () => {
  const { calls, open } = readers();
  const asked = { count: 0 };
  const maps = (): never => {
    asked.count += 1;
    throw new TypeError('a bug');
  };
  const processes = observe((pid) => ({ ...open(pid), maps }));
  expect(() => processes.exec(asPid(7))).toThrow('a bug');
  for (let timeMs = 1000; timeMs < 11_000; timeMs += 10) {
    try {
      processes.resolve(sampleOf(7, timeMs));
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
    }
  }
  expect(asked.count).toBeGreaterThan(10);
  expect(asked.count).toBeLessThan(30);
  expect(calls).toMatchObject({ opened: 1, closed: 0 });
  processes.exit(asPid(7));
  expect(calls.closed).toBe(1);
});

test('where no libjvm is mapped the VM is looked for less and less often', () => {
  const { calls, open } = readers();
  const processes = observe(open);
  for (let timeMs = 1000; timeMs < 11_000; timeMs += 10) processes.resolve(sampleOf(7, timeMs));
  expect(calls.maps).toBeGreaterThan(10);
  expect(calls.maps).toBeLessThan(30);
});

test('a libjvm that cannot be read is asked for again, but not for ever', () => {
  const { calls, open } = readers([LIBJVM]);
  const processes = observe(open);
  for (let timeMs = 1000; timeMs < 31_000; timeMs += 100) processes.resolve(sampleOf(7, timeMs));
  expect(calls.library).toBe(6);
});

describe('of a whole machine', () => {
  const machine = (more: Partial<ProcessSources> = {}) => {
    const { calls, open } = readers();
    const label: ProcessSources['label'] = (pid) =>
      pid < 1000 ? { name: `program${String(pid % 10)}`, container: 'docker 77aa' } : null;
    const kernelThreadLabel = (comm: string): string => `[${comm}]`;
    return { calls, processes: observe(open, { isWholeMachine: true, label, kernelThreadLabel, ...more }) };
  };

  test('none is opened before its first sample, and no more are open than there is room for', () => {
    const { calls, processes } = machine();
    for (let pid = 1; pid <= 900; pid++) processes.exec(asPid(pid));
    expect(calls.opened).toBe(0);
    for (let pid = 1; pid <= 900; pid++) {
      processes.resolve(sampleOf(pid, pid));
      processes.resolve(sampleOf(1, pid)); // always busy: never closed
    }
    expect(calls.opened).toBe(900);
    expect(calls.opened - calls.closed).toBe(256);
    processes.resolve(sampleOf(900, 1000));
    expect(calls.opened).toBe(900);
    processes.resolve(sampleOf(2, 1000));
    expect(calls.opened).toBe(901);
    processes.close();
    expect(calls.closed).toBe(901);
  });

  test('a process is asked in a batch only if it has a sample in it', () => {
    const { open } = readers();
    const begun: number[] = [];
    const { processes } = machine({ open: (pid) => ({ ...open(pid), beginBatch: () => begun.push(pid) }) });
    for (const pid of [1, 2]) processes.resolve(sampleOf(pid, 0));
    begun.length = 0;
    processes.beginBatch(10);
    for (let i = 0; i < 3; i++) processes.resolve(sampleOf(2, 10));
    processes.endBatch();
    expect(begun).toEqual([2]);
  });

  test('the frame above a stack: its name without pid, a thread of the kernel, the thread of one that is gone', () => {
    const { calls, processes } = machine();
    const nameOf = (sample: RawSample): string => processes.processFrame(sample).name;
    for (const pid of [12, 22, 2000]) processes.resolve(sampleOf(pid, 0));
    expect([12, 22, 2000].map((pid) => nameOf(sampleOf(pid, 0)))).toEqual(['program2', 'program2', 'x']);
    expect([12, 2000].map((pid) => processes.processFrame(sampleOf(pid, 0)).library)).toEqual(['docker 77aa', '']);
    const worker: RawSample = {
      ...sampleOf(5, 0),
      mode: 'kernel-thread',
      comm: 'kworker/0:1',
      kernelStack: [asKernelAddress(0xffffffff81000000n)],
    };
    expect(nameOf(worker)).toBe('[kworker/0:1]');
    expect(processes.resolve(worker).stack.outcome).toEqual({ kind: 'complete' });
    expect(processes.threadName(worker)).toBe('kworker/0:1');
    expect(calls.opened).toBe(3);
  });
});
