import { describe, expect, test } from 'vitest';
import { interpretedFrame } from '../../../../src/unwind/hotspot/java-frames.ts';
import { Methods } from '../../../../src/unwind/hotspot/methods.ts';
import { PAGE_BYTES } from '../../../../src/model/units.ts';
import { ENTRY_BYTES } from '../../../../src/unwind/limits.ts';
import { MemoryView } from '../../../../src/unwind/memory-view.ts';
import { fastestMs } from '../../../support/fastest-ms.ts';
import { SYNTHETIC_LAYOUT, SyntheticJvm } from '../../../support/synthetic-jvm.ts';

const METHOD = { className: 'pkg/Cls', name: 'run', signature: '(I)V' };

function setUp(): { jvm: SyntheticJvm; methods: Methods; gone: () => void } {
  const jvm = new SyntheticJvm();
  let isThere = true;
  const reader = { read: (address: number, into: Uint8Array) => isThere && jvm.memory.read(address, into) };
  return { jvm, methods: new Methods(new MemoryView(reader), SYNTHETIC_LAYOUT), gone: () => void (isThere = false) };
}

function wordAt(jvm: SyntheticJvm, address: number): bigint {
  const bytes = Buffer.alloc(8);
  jvm.memory.read(address, bytes);
  return bytes.readBigUInt64LE();
}

/** A method's constant pool, and where in it the pointer to a symbol stands. */
function symbolSlot(jvm: SyntheticJvm, method: number, which: 'nameIndex' | 'signatureIndex'): readonly number[] {
  const { method: methodAt, constMethod, constantPool } = SYNTHETIC_LAYOUT;
  const constAddress = Number(wordAt(jvm, method + methodAt.constMethod));
  const pool = Number(wordAt(jvm, constAddress + constMethod.constants));
  const index = Buffer.alloc(2);
  jvm.memory.read(constAddress + constMethod[which], index);
  return [pool, pool + constantPool.sizeBytes + 8 * index.readUInt16LE()];
}

test('names, signature, kind and lines of a method', () => {
  const { jvm, methods } = setUp();
  const method = jvm.method({ ...METHOD, codeSizeBytes: 20, lineTable: [(0 << 3) | 7, (4 << 3) | 1, 0] });
  const info = methods.info(method);
  expect(info).toMatchObject({ name: 'pkg/Cls.run', signature: '(I)V', isNative: false, codeSizeBytes: 20 });
  expect([info?.lines.lineAt(0), info?.lines.lineAt(4)]).toEqual([7, 8]);
  expect(info?.codeBase).toBe(jvm.codeBase(method));
  expect(methods.info(jvm.method({ ...METHOD, isNative: true }))?.isNative).toBe(true);
});

test('an interpreted frame whose bytecode lies elsewhere is not of the method that stands there now', () => {
  const { jvm, methods } = setUp();
  const method = jvm.method({ ...METHOD, codeSizeBytes: 20 });
  const begin = jvm.codeBase(method);
  expect(interpretedFrame(methods, method, [1, begin + 19])).toMatchObject({ name: 'pkg/Cls.run', bci: 19 });
  expect(interpretedFrame(methods, method, [100, begin + 20])).toBe(null);
  // JDK 8 in a full collection: the index itself.
  expect(interpretedFrame(methods, method, [5, 0x7f00_0000_0000])).toMatchObject({ name: 'pkg/Cls.run', bci: 5 });
  expect(interpretedFrame(methods, method, [20, 0x7f00_0000_0000])).toBe(null);
  // It has just been entered: there is no bytecode yet. A native method has none at all.
  expect(interpretedFrame(methods, method, [])).toMatchObject({ name: 'pkg/Cls.run', bci: 0 });
  const native = jvm.method({ ...METHOD, isNative: true });
  expect(interpretedFrame(methods, native, [0])).toMatchObject({ kind: 'java-native', bci: -1 });
});

test('lines of a method whose table ends right before what is not mapped', () => {
  const { jvm, methods } = setUp();
  const shape = { ...METHOD, codeSizeBytes: 20, lineTable: [(0 << 3) | 7, (4 << 3) | 1, 0] };
  for (let i = 0; i < 100; i += 1) {
    const method = jvm.method(shape);
    const tableEnd = jvm.codeBase(method) + shape.codeSizeBytes + shape.lineTable.length;
    const pageEnd = Math.ceil(tableEnd / PAGE_BYTES) * PAGE_BYTES;
    if (pageEnd - tableEnd > 200) continue;
    // Behind it lie only zeros, up to the Method.
    jvm.memory.remove(pageEnd, method - pageEnd);
    const info = methods.info(method);
    expect([info?.lines.lineAt(0), info?.lines.lineAt(4)]).toEqual([7, 8]);
    return;
  }
  throw new Error('no method so near the end of a page');
});

describe('what is remembered', () => {
  test('is proven once per batch', () => {
    const { jvm, methods } = setUp();
    const method = jvm.method(METHOD);
    methods.info(method);
    methods.beginBatch();
    methods.info(method);
    const reads = jvm.memory.reads;
    for (let i = 0; i < 100; i += 1) methods.info(method);
    expect(jvm.memory.reads).toBe(reads);
  });

  test('gives way to another method at the same address', () => {
    const { jvm, methods } = setUp();
    const method = jvm.method(METHOD);
    expect(methods.info(method)?.name).toBe('pkg/Cls.run');
    const bytes = Buffer.alloc(SYNTHETIC_LAYOUT.method.sizeBytes);
    jvm.memory.read(jvm.method({ className: 'New', name: 'other', signature: '()V' }), bytes);
    jvm.memory.write(method, bytes);
    expect(methods.info(method)?.name).toBe('pkg/Cls.run');
    methods.beginBatch();
    expect(methods.info(method)?.name).toBe('New.other');
  });

  test('gives way to a class of the same shape at the same addresses: only the text of a symbol is another', () => {
    const { jvm, methods } = setUp();
    const method = jvm.method(METHOD);
    expect(methods.info(method)?.name).toBe('pkg/Cls.run');
    const { body } = SYNTHETIC_LAYOUT.symbol;
    const [pool = 0, slot = 0] = symbolSlot(jvm, method, 'nameIndex');
    expect(pool).toBeGreaterThan(0);
    const symbol = Number(wordAt(jvm, slot));
    jvm.memory.write(symbol + body, Buffer.from('fly'));
    expect(methods.info(method)?.name).toBe('pkg/Cls.run');
    methods.beginBatch();
    expect(methods.info(method)?.name).toBe('pkg/Cls.fly');
    // Freed and not yet used again: no byte of a symbol is 0.
    jvm.memory.write(symbol + body, [0, 0, 0]);
    methods.beginBatch();
    expect(methods.info(method)).toBe(null);
  });

  test('gives way to a method that only its descriptor tells from the one before', () => {
    const { jvm, methods } = setUp();
    const method = jvm.method(METHOD);
    expect(methods.info(method)?.signature).toBe('(I)V');
    const [, slot = 0] = symbolSlot(jvm, method, 'signatureIndex');
    jvm.memory.write(Number(wordAt(jvm, slot)) + SYNTHETIC_LAYOUT.symbol.body, Buffer.from('(J)V'));
    methods.beginBatch();
    expect(methods.info(method)?.signature).toBe('(J)V');
  });

  test('is bounded with the frames of its methods: a hostile stack has one for each bytecode', () => {
    const jvm = new SyntheticJvm();
    const methods = new Methods(new MemoryView(jvm.memory), SYNTHETIC_LAYOUT, 100 * ENTRY_BYTES);
    const method = jvm.method({ ...METHOD, codeSizeBytes: 1000 });
    let most = 0;
    for (let bci = 0; bci < 1000; bci += 1) {
      interpretedFrame(methods, method, [jvm.codeBase(method) + bci]);
      most = Math.max(most, methods.info(method)?.frames.size ?? 0);
    }
    expect(most).toBeGreaterThan(50);
    expect(most).toBeLessThanOrEqual(100);
  });

  test('serves when the process is gone: nothing can have replaced it', () => {
    const { jvm, methods, gone } = setUp();
    const [seen, unseen] = [jvm.method(METHOD), jvm.method(METHOD)];
    methods.info(seen);
    gone();
    methods.beginBatch();
    expect(methods.info(seen)?.name).toBe('pkg/Cls.run');
    expect(methods.info(unseen)).toBe(null);
  });
});

describe('what is no method', () => {
  test.each([0, 8, 0x5000_0001, NaN, -8, 2 ** 52, 0x6000_0000])('%d', (address) => {
    expect(setUp().methods.info(address)).toBe(null);
  });

  test.each([
    ['no name', { ...METHOD, name: '' }],
    ['no class', { ...METHOD, className: '' }],
    ['no descriptor', { ...METHOD, signature: 'I' }],
  ])('%s', (_, method) => {
    const { jvm, methods } = setUp();
    expect(methods.info(jvm.method(method))).toBe(null);
  });

  test('a line table without an end is read no further than its bound', () => {
    const { jvm, methods } = setUp();
    const method = jvm.method({ ...METHOD, lineTable: Array.from({ length: 1 << 20 }, () => 9) });
    const { reads } = jvm.memory;
    expect(methods.info(method)?.name).toBe('pkg/Cls.run');
    expect(jvm.memory.reads - reads).toBeLessThan(2000);
  });

  test('a line table without an end is looked through once, not again for each piece, which took a second', () => {
    const worlds = Array.from({ length: 5 }, () => {
      const { jvm, methods } = setUp();
      return { methods, method: jvm.method({ ...METHOD, lineTable: Array.from({ length: 1 << 20 }, () => 9) }) };
    });
    const ms = fastestMs(() => {
      const world = worlds.pop();
      expect(world?.methods.info(world.method)?.name).toBe('pkg/Cls.run');
    });
    expect(ms).toBeLessThan(500);
  });
});
