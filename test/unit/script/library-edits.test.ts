import { expect, test } from 'vitest';
import { libraryEdits, type ProbedLibrary } from '../../../src/script/library-edits.ts';
import { parseScript } from '../../../src/script/program-structure.ts';
import { RewrittenScript } from '../../../src/script/rewrite.ts';

const LIBJVM: ProbedLibrary = {
  path: '/jdk/libjvm.so',
  functionsLike: (pattern) =>
    ['Unsafe_Park', '_ZN1A1fEv', '_ZN1A1fEi'].filter((name) =>
      pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
    ),
  hasUsdt: (provider, name) => provider === 'hotspot' && name === 'gc__begin',
};

function rewritten(text: string, library: ProbedLibrary | null = LIBJVM): string {
  const { edits, problems } = libraryEdits(parseScript(text), (name) => (name === 'libjvm' ? library : null));
  return problems.length > 0
    ? problems.map(({ kind, attachPoint, start }) => `${kind} ${String(start)} ${attachPoint}`).join()
    : new RewrittenScript(text, edits).text;
}

test.each([
  ['uprobe:libjvm:Unsafe_Park { }', 'uprobe:/jdk/libjvm.so:Unsafe_Park { }'],
  ['u:libjvm:_ZN1A1fE* /pid/ { }', 'u:/jdk/libjvm.so:_ZN1A1fEv, u:/jdk/libjvm.so:_ZN1A1fEi /pid/ { }'],
  ['uprobe:libjvm:gone, uprobe:libjvm:Unsafe_Park { }', 'uprobe:/jdk/libjvm.so:Unsafe_Park { }'],
  ['kprobe:f, uprobe:libjvm:gone { }', 'kprobe:f { }'],
  ['usdt:libjvm:hotspot:gc__begin,usdt:libjvm:hotspot:gone { }', 'usdt:/jdk/libjvm.so:hotspot:gc__begin { }'],
  ['uretprobe:libjvm:Unsafe_Park+8 { }', 'uretprobe:/jdk/libjvm.so:Unsafe_Park+8 { }'],
  ['uprobe:libjvm:cpp:"A::f(int)" { }', 'uprobe:/jdk/libjvm.so:cpp:"A::f(int)" { }'],
  // bpftrace's own: found by it, and what is no library of a process.
  ['uprobe:libc:malloc { }', 'uprobe:libc:malloc { }'],
  ['uprobe:/lib/libjvm.so:f { }', 'uprobe:/lib/libjvm.so:f { }'],
  ['kprobe:libjvm { @libjvm = 1 }', 'kprobe:libjvm { @libjvm = 1 }'],
])('%s', (text, expected) => {
  expect(rewritten(text)).toBe(expected);
});

test.each([
  ['BEGIN { } uprobe:libjvm:gone { }', LIBJVM, 'no-probe 10 uprobe:libjvm:gone'],
  ['usdt:libjvm:hotspot:gone { }', LIBJVM, 'no-probe 0 usdt:libjvm:hotspot:gone'],
  ['kprobe:f, uprobe:libjvm:gone { }', null, 'no-library 10 uprobe:libjvm:gone'],
])('%s is refused', (text, library, expected) => {
  expect(rewritten(text, library)).toBe(expected);
});
