import { describe, expect, test } from 'vitest';
import { asyncProfilerKey, jtraceKey, leafOf } from '../../bench/leaf-key.ts';
import { parseCollapsed } from '../../bench/async-profiler.ts';
import type { Frame } from '../../../src/model/frame.ts';

function frame(kind: Frame['kind'], name: string, library = ''): Frame {
  return { kind, name, library, signature: '', bci: -1, line: 0, lineApproximate: false, marker: null };
}

/** The same leaf as jtrace and as async-profiler tell it. */
const SAME: readonly (readonly [Frame, string])[] = [
  [frame('inlined', 'java/lang/String.length'), 'java/lang/String.length_[i]'],
  [frame('c2', 'A$$Lambda$14+0x....run'), 'A$$Lambda$14.0x0000000800c03000.run_[j]'],
  [frame('interpreted', 'Main.main'), 'Main.main_[0]'],
  [frame('java-native', 'java/lang/Object.hashCode'), 'java/lang/Object.hashCode'],
  [frame('stub', 'jbyte_disjoint_arraycopy'), 'jbyte_disjoint_arraycopy'],
  [frame('stub', 'vtable chunks'), 'itable stub'],
  [frame('vm', 'CodeHeap::find_blob_unsafe(void*) const', '/x/libjvm.so'), 'libjvm.so`CodeHeap::find_blob_unsafe'],
  [frame('vm', 'void A<B<C>, D>::f<E>(A<B<C>, D>*) [clone .part.0]', '/x/libjvm.so'), 'libjvm.so`void A<B<C>, D>::f<E>'],
  [frame('vm', '(anonymous namespace)::f(int)', '/x/libjvm.so'), 'libjvm.so`(anonymous namespace)::f'],
  [frame('native', '[libc.so.6+0x123]', '/lib/libc.so.6'), 'libc.so.6`__memmove_avx_unaligned_erms'],
  [frame('native', '__vdso_clock_gettime', '[vdso]'), '[vdso]`__vdso_clock_gettime'],
];

describe('a leaf has one key', () => {
  test.each(SAME)('%o and %s', (ours, theirs) => {
    expect(jtraceKey(leafOf([ours]))).toBe(asyncProfilerKey(['Main.main_[j]', theirs]));
  });
});

test('different functions and methods have different keys', () => {
  expect(new Set(SAME.map(([ours]) => jtraceKey(leafOf([ours])))).size).toBe(SAME.length);
});

test('kernel frames are not the leaf', () => {
  expect(jtraceKey(leafOf([frame('kernel', 'do_futex'), frame('c1', 'A.b')]))).toBe('A.b');
  expect(asyncProfilerKey(['A.b_[1]', 'do_futex_[k]'])).toBe('A.b');
});

test('collapsed stacks by thread', () => {
  const leaves = parseCollapsed('[a b tid=7];A.b_[j];A.c_[i] 2\n[tid=8];libjvm.so`x 1\n');
  expect([...leaves]).toEqual([
    [7, ['A.c', 'A.c']],
    [8, ['[vm] x']],
  ]);
  expect(() => parseCollapsed('A.b 3\n')).toThrow('not a collapsed stack');
});
