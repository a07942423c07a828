// The capture program as text, per dialect: JTRACE_BLESS=1 writes what came out instead of comparing.

import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  CONTROL_BLOCK_MODULE_ID,
  type EventCapture,
  type JvmThreadLocator,
  type StackBytesValues,
} from '../../../src/model/program.ts';
import { asPid } from '../../../src/model/units.ts';
import { bufferPages } from '../../../src/program/buffer-pages.ts';
import { dialectFor } from '../../../src/program/dialects.ts';
import { locatorFits, renderStackBytes, type StackBytesContext, stackWindowBytes } from '../../../src/program/stack-bytes.ts';

const JVM: JvmThreadLocator = {
  pid: asPid(4321),
  tlsModuleId: 4,
  tlsOffsetBytes: 32,
  lastJavaSpOffsetBytes: 832,
  lastJavaPcOffsetBytes: 840,
  lastJavaFpOffsetBytes: 848,
};
const VALUES: StackBytesValues = {
  pids: [asPid(4321), asPid(99)],
  followChildren: true,
  rateHz: 99,
  stackBytes: 65536,
  kernelStack: true,
  budget: { samplesPerSecond: 500, bytesPerSecond: 16 * 1024 ** 2 },
  jvms: [JVM],
  stopAtSample: false,
};
const OFFCPU: EventCapture = {
  unit: 'nanoseconds',
  mode: 'kernel',
  hasKernelStack: true,
  part: 'event-offcpu.bt',
  leastNs: 5_000_000,
  partValues: { waker: false },
  probes: ['tracepoint:sched:sched_switch'],
};
const ALLOCATOR = {
  ...{ mallocAt: 0x1000, callocAt: 0x2000, reallocAt: 0x3000, posixMemalignAt: 0x4000, alignedAllocAt: 0x5000, memalignAt: 0 },
  ...{ mmapAt: 0x6000, libcLow: 0x1000, libcHigh: 0x9000, allocatorLow: 0x1000, allocatorHigh: 0x9000, glibc: true },
};
const NATIVE_MEMORY: EventCapture = {
  ...{ unit: 'bytes', mode: 'user', hasKernelStack: false, part: 'event-nativemem.bt', leastNs: 0 },
  probes: ['uprobe:/lib/libc.so.6:malloc', 'uprobe:/lib/libc.so.6:mmap'],
  partValues: { ...ALLOCATOR, mapped: true, intervalBytes: 0, everyBytes: false },
};
const CONTEXT = { feederPid: 1234, cpus: 2 };
const dialect = (minor: number) => dialectFor({ major: 0, minor, patch: 0 });

describe('golden', () => {
  test.each([
    ['0.17', 17, VALUES],
    ['0.23', 23, VALUES],
    ['0.27-stop', 27, { ...VALUES, followChildren: false, kernelStack: false, budget: null, jvms: [], stopAtSample: true }],
    ['0.23-aarch64', 23, VALUES, { architecture: 'aarch64', kernelPageBytes: 65_536 }],
    ['0.17-all', 17, { ...VALUES, pids: 'all' as const, followChildren: false }],
    ['0.17-offcpu', 17, { ...VALUES, event: OFFCPU }],
    ['0.17-offcpu-waker', 17, { ...VALUES, event: { ...OFFCPU, partValues: { waker: true } } }],
    [
      '0.23-aarch64-offcpu-waker',
      23,
      { ...VALUES, event: { ...OFFCPU, partValues: { waker: true } } },
      { architecture: 'aarch64', kernelPageBytes: 65_536 },
    ],
    ['0.17-wall', 17, { ...VALUES, event: { ...OFFCPU, part: 'event-wall.bt', alsoTicks: true, partValues: {} } }],
    [
      '0.27-threads',
      27,
      {
        ...VALUES,
        event: {
          ...OFFCPU,
          unit: 'samples',
          hasKernelStack: false,
          part: 'event-threads.bt',
          partValues: {},
          probes: ['tracepoint:task:task_newtask'],
        },
      },
    ],
    [
      '0.17-nativemem',
      17,
      {
        ...VALUES,
        event: { ...NATIVE_MEMORY, partValues: { ...NATIVE_MEMORY.partValues, intervalBytes: 65_536, everyBytes: true } },
      },
    ],
    [
      '0.27-nativemem-exact',
      27,
      {
        ...VALUES,
        event: { ...NATIVE_MEMORY, partValues: { ...NATIVE_MEMORY.partValues, mmapAt: 0, mapped: false, glibc: false } },
      },
    ],
    ['0.27-all-bytes', 27, { ...VALUES, pids: 'all' as const, event: { ...OFFCPU, unit: 'bytes', mode: 'user', hasKernelStack: false, part: 'event-alloc.bt', partValues: { classes: false }, probes: ['uprobe:/a:b', 'uprobe:/a:c'] } }], // prettier-ignore
    ['0.17-alloc', 17, { ...VALUES, budget: null, kernelStack: false, followChildren: false, event: { ...OFFCPU, unit: 'bytes', mode: 'user', hasKernelStack: false, part: 'event-alloc.bt', partValues: { classes: true, nameAt: 24, lengthAt: 0, textAt: 6 }, probes: ['uprobe:/a:b', 'uprobe:/a:c'] } }], // prettier-ignore
    ['0.27-all-user', 27, { ...VALUES, pids: 'all' as const, followChildren: false, kernelStack: false, budget: null }],
  ] as const)('%s', (name, minor, values, machine: Partial<StackBytesContext> = {}) => {
    const path = new URL(`goldens/stack-bytes-${name}.bt`, import.meta.url);
    const { text } = renderStackBytes(values, dialect(minor), { ...CONTEXT, ...machine });
    if (process.env['JTRACE_BLESS'] === '1') writeFileSync(path, text);
    else expect(text, `${path.pathname} (JTRACE_BLESS=1 accepts)`).toBe(readFileSync(path, 'utf8'));
  });
});

test('only stopAtSample is unsafe', () => {
  expect(renderStackBytes(VALUES, dialect(17), CONTEXT).unsafe).toBe(false);
  expect(renderStackBytes({ ...VALUES, stopAtSample: true }, dialect(17), CONTEXT).unsafe).toBe(true);
});

test('the window is whole pages, at least one, within the limit of the dialect', () => {
  expect(stackWindowBytes(1, dialect(17))).toBe(4096);
  expect(stackWindowBytes(4097, dialect(17))).toBe(8192);
  expect(stackWindowBytes(2 ** 40, dialect(17))).toBe(dialect(17).maxStackBytes);
  expect(stackWindowBytes(2 ** 40, dialect(27))).toBe(dialect(27).maxStackBytes);
});

test('a locator that does not fit the program is left out', () => {
  const tooFar = { ...JVM, lastJavaPcOffsetBytes: 20_000 };
  expect(locatorFits(JVM)).toBe(true);
  expect(locatorFits(tooFar)).toBe(false);
  expect(locatorFits({ ...JVM, tlsModuleId: 0 })).toBe(false);
  expect(locatorFits({ ...JVM, tlsModuleId: CONTROL_BLOCK_MODULE_ID })).toBe(true);
  expect(renderStackBytes({ ...VALUES, jvms: [tooFar] }, dialect(17), CONTEXT).text).not.toContain('@jvm_module[(uint64)4321]');
});

test('versions choose their row; too old is an error of the operator', () => {
  expect(dialect(17).kernelStackMode).toBe('perf');
  expect(dialect(20)).toMatchObject({ kernelStackMode: 'raw', chunkBytes: 128 });
  expect(dialectFor({ major: 1, minor: 0, patch: 0 }).chunkBytes).toBe(1024);
  expect(() => dialectFor({ major: 0, minor: 16, patch: 9 })).toThrow('bpftrace 0.16.9 is too old');
});

describe('buffer pages', () => {
  const need = { rateHz: 99, windowBytes: 131_072, cpus: 2, dialect: dialect(17) };
  test('are powers of two within the budget of 64 MiB, whatever is asked', () => {
    for (const cpus of [1, 2, 7, 64, 512]) {
      for (const rateHz of [1, 99, 10_000]) {
        for (const minor of [17, 27]) {
          const pages = bufferPages({ ...need, rateHz, cpus, dialect: dialect(minor) });
          expect(Number.isInteger(Math.log2(pages))).toBe(true);
          expect(pages).toBeGreaterThanOrEqual(64);
          const buffers = minor === 17 ? cpus : 1;
          expect(pages * 4096 * buffers).toBeLessThanOrEqual(Math.max(64 * 1024 * 1024, 64 * 4096 * buffers));
        }
      }
    }
  });
  test('a window above the default is what the stall is counted in', () => {
    const pages = bufferPages({ ...need, rateHz: 49, windowBytes: 256 * 1024 });
    expect(pages * 4096).toBeGreaterThan((49 * 3 * 256 * 1024) / 2);
  });
  test('a buffer of all CPUs is larger than one per CPU', () => {
    expect(bufferPages({ ...need, dialect: dialect(27) })).toBeGreaterThan(bufferPages(need));
  });
});
