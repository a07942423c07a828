// What a program's text says of its maps.

import { expect, test } from 'vitest';
import { aggregationsOf, factsOfMaps } from '../../../src/script/map-facts.ts';
import { parseScript } from '../../../src/script/program-structure.ts';

const keysOf = (text: string): unknown =>
  Object.fromEntries([...factsOfMaps(parseScript(text))].map(([name, { key }]) => [name, key]));
const unitOf = (statement: string): string | undefined =>
  factsOfMaps(parseScript(`k:f { ${statement} }`)).get(/@\w*/u.exec(statement)?.[0] ?? '')?.unit;

test('parts of keys, as deep as they stand', () => {
  expect(keysOf('k:f { @ = 1; @a[kstack, ustack(3), comm] = count(); @b[f(a[1], 2), jstack] = 1; @c[(1, 2)] = 1; }')).toEqual({
    '@': [],
    '@a': ['kernel-stack', 'user-stack', 'value'],
    '@b': ['value', 'whole-stack'],
    '@c': ['value'],
  });
  expect(keysOf('k:f { @s[tid] = jstack; } k:g { @[@s[tid]] = count(); @b["@x[1]"] = 1; } // @y[1]')).toEqual({
    '@s': ['value'],
    '@': ['whole-stack'],
    '@b': ['value'],
  });
});

test('a stack’s own name elsewhere says more than a variable; a key of two lengths says nothing', () => {
  expect(keysOf('k:f { @a[$s] = 1; @a[kstack] = 1; @a[$s] = 1; }')).toEqual({ '@a': ['kernel-stack'] });
  expect(keysOf('k:f { @a[1] = 1; @a[1, 2] = 1; }')).toEqual({});
});

test('how each is filled, and where', () => {
  const text = 'k:f { @a[pid] = avg(arg0); @b = 1; @a[tid] = avg(f(arg1, (2))); }';
  const found = aggregationsOf(parseScript(text));
  expect(found.get('@b')).toEqual({ kind: 'value', argument: '', at: [] });
  expect(found.get('@a')).toMatchObject({ kind: 'avg', argument: 'f(arg1, (2))' });
  expect(found.get('@a')?.at.map(({ start, end }) => text.slice(start, end))).toEqual(['avg', 'avg']);
});

test.each([
  ['@[jstack]++;', 'added'],
  ['++@[jstack]; @[pid]--;', 'added'],
  ['@[jstack] += arg0; @[jstack] -= 2;', 'added'],
  ['@[jstack, pid] = @[jstack, pid] + arg0 * 2;', 'added'],
  ['if (@[jstack] > 5) { @[jstack]++; }', 'added'],
  ['@[jstack] = @[jstack] + @[0];', 'value'],
  ['@[jstack] = @[pid] + 1;', 'value'],
  ['@[jstack] = @[jstack] + 1 > 5;', 'value'],
  ['@[jstack] = @[jstack];', 'value'],
  ['@[jstack]++; @[jstack] = 0;', 'value'],
  ['@[jstack] = arg0; @[jstack]++;', 'value'],
  ['@[jstack] |= 1; @[jstack]++;', 'value'],
  ['print(@);', 'value'],
  ['$x = @[jstack]; @[jstack] = max(1);', 'max'],
])('how %s fills it', (statements, kind) => {
  expect(aggregationsOf(parseScript(`k:f { ${statements} }`)).get('@')?.kind).toBe(kind);
});

test('units: of counts, of times, of names; none where nothing tells', () => {
  expect(unitOf('@[pid] = count();')).toBe('events');
  expect(unitOf('@x = sum(nsecs - @t[tid]);')).toBe('nanoseconds');
  expect(unitOf('@x = hist((nsecs - @t[tid]) / 1000);')).toBe('microseconds');
  expect(unitOf('@x = hist((nsecs - @t[tid]) / 3);')).toBe('');
  expect(unitOf('@read_bytes[comm] = sum(args->ret);')).toBe('bytes');
  expect(unitOf('@ms = lhist(arg0, 0, 1, 1);')).toBe('milliseconds');
  expect(unitOf('@megabytes_or_so = sum(arg0);')).toBe('');
});
