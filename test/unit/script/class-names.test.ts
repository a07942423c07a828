import { expect, test } from 'vitest';
import { classNameEdit, classNameUses, type ClassOffsets } from '../../../src/script/class-names.ts';
import { parseScript } from '../../../src/script/program-structure.ts';
import { RewrittenScript } from '../../../src/script/rewrite.ts';

const OFFSETS: ClassOffsets = {
  name: 24,
  body: 6,
  length: 4,
  header: { kind: 'narrow', at: 8, base: 4096, shift: 3 },
  monitorObject: { at: 8, isHandle: true },
};

function rewritten(text: string, offsets = OFFSETS): string {
  const edits = classNameUses(parseScript(text)).flatMap((use) => classNameEdit(use, offsets, 47, true) ?? []);
  return new RewrittenScript(text, edits).text;
}

/** What stands for a name, from what is the Klass. */
function named(klass: string): string {
  const symbol = `*(uint64 *)uptr(${klass} + 24)`;
  const length = `(uint64)*(uint16 *)uptr(${symbol} + 4)`;
  return `str(uptr(${symbol} + 6 + (${length} > 47 ? ${length} - 47 : (uint64)0)), ${length} + 1)`;
}

const decoded = (oop: string): string => `(((uint64)*(uint32 *)uptr(${oop} + 8) << 3) + 4096)`;

test.each([
  ['jklass(arg0)', OFFSETS, named('(uint64)(arg0)')],
  ['joop(*(uint64 *)uptr(arg1))', OFFSETS, named(decoded('(uint64)(*(uint64 *)uptr(arg1))'))],
  ['jmonitor(@m[tid])', OFFSETS, named(decoded('*(uint64 *)uptr(*(uint64 *)uptr((uint64)(@m[tid]) + 8) + 0)'))],
  ['jmonitor(1)', { ...OFFSETS, monitorObject: { at: 8, isHandle: false } }, named(decoded('*(uint64 *)uptr((uint64)(1) + 8)'))],
  ['joop(1)', { ...OFFSETS, header: { kind: 'whole', at: 8 } as const }, named('*(uint64 *)uptr((uint64)(1) + 8)')],
  [
    'joop(1)',
    { ...OFFSETS, header: { kind: 'compact', from: 10, base: 1, shift: 2 } as const },
    named('((((uint64)*(uint32 *)uptr((uint64)(1) + 4) >> 10) << 2) + 1)'),
  ],
])('%s', (call, offsets, expected) => {
  expect(rewritten(`uprobe:f:g /pid/ { @[${call}, comm] = count(); }`, offsets)).toBe(
    `uprobe:f:g /pid/ { @[${expected}, comm] = count(); }`,
  );
});

test.each(['kprobe:f { $t->joop(1); }', 'kprobe:f { @joop = 1; }', 'kprobe:f { printf("joop(1)"); }', 'kprobe:f { joop(1; }'])(
  '%s is left as it is',
  (text) => {
    expect(rewritten(text)).toBe(text);
  },
);

test('a JVM that does not tell where a monitor has its object', () => {
  const [use] = classNameUses(parseScript('kprobe:f { @ = jmonitor(1); }'));
  expect(use && classNameEdit(use, { ...OFFSETS, monitorObject: null }, 47, true)).toBeNull();
});
