// Where JavaThreads are found in a stripped VM: by what the listed threads themselves hold, and nothing that only some of them do.

import { beforeEach, describe, expect, test } from 'vitest';
import { CONTROL_BLOCK_MODULE_ID } from '../../../../src/model/program.ts';
import type { TargetReader } from '../../../../src/model/target.ts';
import { asElfAddress } from '../../../../src/model/units.ts';
import { threadLocator } from '../../../../src/unwind/hotspot/thread-locator.ts';
import { SYNTHETIC_LAYOUT, SyntheticJvm } from '../../../support/synthetic-jvm.ts';
import { syntheticTarget } from '../../../support/synthetic-target.ts';

const CONTROL_BLOCK_BYTES = 2304;
const KEY = 0x318;
const ARGUMENT = 0x648;
const MODULE = 3;

let jvm: SyntheticJvm;
let threads: { readonly thread: number; readonly control: number }[];

beforeEach(() => {
  jvm = new SyntheticJvm();
  threads = [11, 12, 13].map((tid) => {
    const thread = jvm.thread(tid);
    const control = jvm.memory.allocate(CONTROL_BLOCK_BYTES);
    const osThread = Buffer.alloc(8);
    jvm.memory.read(thread + SYNTHETIC_LAYOUT.javaThread.osThread, osThread);
    jvm.memory.word(Number(osThread.readBigUInt64LE()) + (SYNTHETIC_LAYOUT.osThreadPthreadId ?? 0), control);
    return { thread, control };
  });
});

function locate(slot: number | null, symbol: number | null = null): [number, number] | null {
  const target = syntheticTarget(jvm.memory, { path: '/lib/libjvm.so', start: 0x1000, end: 0x2000, functions: [] });
  const reader: TargetReader = {
    ...target,
    tlsModuleSlot: () => (slot === null ? null : asElfAddress(slot)),
    symbolNamed: () => (symbol === null ? null : asElfAddress(symbol)),
  };
  const found = threadLocator(reader, jvm.process());
  return found === null ? null : [found.tlsModuleId, found.tlsOffsetBytes];
}

/** A vector whose entry of the module leads to a block for each thread. */
function tlsBlocks(): readonly number[] {
  return threads.map(({ control }) => {
    const vector = jvm.memory.allocate(16 + 16 * 8) + 16;
    jvm.memory.word(vector - 16, 8);
    jvm.memory.word(control + 8, vector);
    const block = jvm.memory.allocate(512);
    jvm.memory.word(vector + 16 * MODULE, block);
    return block;
  });
}

describe('a value of pthread_setspecific', () => {
  test('is found behind its sequence number; the argument of the start routine is none', () => {
    for (const { thread, control } of threads) {
      jvm.memory.word(control + KEY - 8, 1);
      jvm.memory.word(control + KEY, thread);
      jvm.memory.word(control + ARGUMENT, thread);
    }
    expect(locate(null)).toEqual([CONTROL_BLOCK_MODULE_ID, KEY]);
  });

  test('counts for nothing without a sequence number in use', () => {
    for (const { thread, control } of threads) {
      jvm.memory.word(control + KEY - 8, 2);
      jvm.memory.word(control + KEY, thread);
      jvm.memory.word(control + ARGUMENT - 8, 0x7f00_0000_1001);
      jvm.memory.word(control + ARGUMENT, thread);
    }
    expect(locate(null)).toBe(null);
  });

  test('in one thread only is an accident', () => {
    const [{ thread, control } = { thread: 0, control: 0 }] = threads;
    jvm.memory.word(control + KEY - 8, 1);
    jvm.memory.word(control + KEY, thread);
    expect(locate(null)).toBe(null);
  });
});

describe('a thread-local of libjvm', () => {
  let slot: number;
  beforeEach(() => {
    slot = jvm.memory.allocate(8);
    jvm.memory.word(slot, MODULE);
  });

  test('with a symbol is where the symbol says, without a look at any thread', () => {
    expect(locate(slot, 0x28)).toEqual([MODULE, 0x28]);
  });

  test('without one is where all threads hold their own; one that starts may hold none yet', () => {
    const blocks = tlsBlocks();
    threads.forEach(({ thread }, i) => {
      if (i < 2) jvm.memory.word((blocks[i] ?? 0) + 0x20, thread);
    });
    expect(locate(slot)).toEqual([MODULE, 0x20]);
  });

  test('is not where another thread holds something else', () => {
    const blocks = tlsBlocks();
    threads.forEach(({ thread }, i) => {
      jvm.memory.word((blocks[i] ?? 0) + 0x20, i < 2 ? thread : 0x1234_5678);
      jvm.memory.word((blocks[i] ?? 0) + 0x40, thread);
    });
    expect(locate(slot)).toEqual([MODULE, 0x40]);
  });

  test('is nowhere when a vector is shorter than the module’s number, or leads nowhere', () => {
    tlsBlocks();
    for (const { control } of threads) jvm.memory.word(control + 8, 0x1000);
    expect(locate(slot)).toBe(null);
    jvm.memory.word(slot, 5000);
    expect(locate(slot)).toBe(null);
  });
});

describe('a thread-local of libjvm on aarch64', () => {
  let slot: number;
  beforeEach(() => {
    slot = jvm.memory.allocate(16);
    jvm.memory.word(slot, 0x7f00_0000_1000);
  });

  /** By the variable's descriptor, whose second word is `argument`. */
  function locateBy(argument: number, symbol: number | null = 0x28): [number, number] | null {
    jvm.memory.word(slot + 8, argument);
    const target = syntheticTarget(jvm.memory, { path: '/lib/libjvm.so', start: 0x1000, end: 0x2000, functions: [] });
    const reader: TargetReader = {
      ...target,
      architecture: 'aarch64',
      tlsDescriptorSlot: (_, offset) => (offset === 0x28 ? asElfAddress(slot) : null),
      symbolNamed: () => (symbol === null ? null : asElfAddress(symbol)),
    };
    const found = threadLocator(reader, jvm.process());
    return found === null ? null : [found.tlsModuleId, found.tlsOffsetBytes];
  }

  test('in the static block is at one distance from the thread pointer', () => {
    expect(locateBy(0x130)).toEqual([CONTROL_BLOCK_MODULE_ID, 0x130]);
  });

  test('elsewhere is where the descriptor’s module and offset say', () => {
    const dynamic = jvm.memory.allocate(16);
    jvm.memory.word(dynamic, MODULE);
    jvm.memory.word(dynamic + 8, 0x48);
    expect(locateBy(dynamic)).toEqual([MODULE, 0x48]);
    jvm.memory.word(dynamic, 5000);
    expect(locateBy(dynamic)).toBe(null);
  });

  test('is nowhere before the library is relocated, and without a symbol: a pthread_t is no thread pointer there', () => {
    expect(locateBy(0)).toBe(null);
    for (const { thread, control } of threads) {
      jvm.memory.word(control + KEY - 8, 1);
      jvm.memory.word(control + KEY, thread);
    }
    expect(locateBy(0x130, null)).toBe(null);
  });
});
