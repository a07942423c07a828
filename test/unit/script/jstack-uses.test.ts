// Where `jstack` stands, and where its walk goes: programs in which the places are marked.

import { expect, test } from 'vitest';
import { jstackEdits, jstackUses } from '../../../src/script/jstack-uses.ts';
import { parseScript } from '../../../src/script/program-structure.ts';
import { RewrittenScript } from '../../../src/script/rewrite.ts';

function expanded(text: string): string {
  const program = parseScript(text);
  return new RewrittenScript(
    text,
    jstackEdits(jstackUses(program), '$id', 'WALK; ', () => '<%lu>'),
  ).text;
}

test.each([
  ['a key', 'k:f { @[jstack] = count(); }', 'k:f { WALK; @[$id] = count(); }'],
  ['part of a key', 'k:f { $x = 1; @a[comm, jstack(5), pid] = sum($x); }', 'k:f { $x = 1; WALK; @a[comm, $id, pid] = sum($x); }'],
  ['within a condition only', 'k:f { if (arg0) { @[jstack] = count(); } }', 'k:f { if (arg0) { WALK; @[$id] = count(); } }'],
  [
    'behind an else',
    'k:f { if (a) { f(); } else { @[jstack] = count(); } }',
    'k:f { if (a) { f(); } else { WALK; @[$id] = count(); } }',
  ],
  [
    'in the condition of an else',
    'k:f { if (a) { f(); } else if (@[jstack] > 1) { g(); } }',
    'k:f { WALK; if (a) { f(); } else if (@[$id] > 1) { g(); } }',
  ],
  ['behind a block', 'k:f { if (a) { f(); } @[jstack] = count(); }', 'k:f { if (a) { f(); } WALK; @[$id] = count(); }'],
  [
    'in a loop: before it',
    'k:f { x(); while ($i < 5) { @[jstack] = count(); $i++; } }',
    'k:f { x(); WALK; while ($i < 5) { @[$id] = count(); $i++; } }',
  ],
  [
    'in a loop within a condition',
    'k:f { if (a) { unroll(3) { if (b) { @[jstack] = count(); } } } }',
    'k:f { if (a) { WALK; unroll(3) { if (b) { @[$id] = count(); } } } }',
  ],
  [
    'twice: before both',
    'k:f { if (a) { @a[jstack] = count(); } if (b) { @b[jstack] = count(); } }',
    'k:f { WALK; if (a) { @a[$id] = count(); } if (b) { @b[$id] = count(); } }',
  ],
  [
    'twice in one block',
    'k:f { if (a) { x(); @a[jstack] = count(); @b[jstack] = count(); } }',
    'k:f { if (a) { x(); WALK; @a[$id] = count(); @b[$id] = count(); } }',
  ],
  [
    'in both branches: before them',
    'k:f { x(); if (a) { @a[jstack] = count(); } else { @b[jstack] = count(); } }',
    'k:f { x(); WALK; if (a) { @a[$id] = count(); } else { @b[$id] = count(); } }',
  ],
  [
    'in branches of a branch',
    'k:f { if (a) { if (b) { @a[jstack] = count(); } else if (c) { y(); } else { @b[jstack] = count(); } } }',
    'k:f { if (a) { WALK; if (b) { @a[$id] = count(); } else if (c) { y(); } else { @b[$id] = count(); } } }',
  ],
  [
    'at different depths of branches',
    'k:f { x(); if (a) { if (b) { @a[jstack] = count(); } } else { y(); @b[jstack] = count(); } }',
    'k:f { x(); WALK; if (a) { if (b) { @a[$id] = count(); } } else { y(); @b[$id] = count(); } }',
  ],
  [
    'outside and inside',
    'k:f { @a[jstack] = count(); if (a) { @b[jstack] = count(); } }',
    'k:f { WALK; @a[$id] = count(); if (a) { @b[$id] = count(); } }',
  ],
  [
    'two probes',
    'k:f { @[jstack] = count(); } k:g { @[jstack] = count(); }',
    'k:f { WALK; @[$id] = count(); } k:g { WALK; @[$id] = count(); }',
  ],
  [
    'printed',
    'k:f { printf("%d%% %-16s %s\\n", pid, comm, jstack); }',
    'k:f { WALK; printf("%d%% %-16s <%lu>\\n", pid, comm, $id); }',
  ],
  [
    'printed from where it is held',
    'k:f { $s = jstack(3); @s[tid] = jstack; printf("%s %d %d %-9s", $s, $s, $s == 1 ? 1 : 2, @s[tid]); }',
    'k:f { WALK; $s = $id; @s[tid] = $id; printf("<%lu> %d %d <%lu>", $s, $s, $s == 1 ? 1 : 2, @s[tid]); }',
  ],
  ['in a tuple', 'k:f { print((1, jstack)); }', 'k:f { WALK; print((1, $id)); }'],
  [
    'behind an expression in braces',
    'k:f { x(); @[{ $x }, jstack] = count(); y(); }',
    'k:f { x(); WALK; @[{ $x }, $id] = count(); y(); }',
  ],
  [
    'behind and in expressions of statements',
    'k:f { $y = { if (a) { f(); } g(); pid }; @[{ $x = 1; if (b) { h(); } jstack }, tid] = count(); @n = { 1 } }',
    'k:f { $y = { if (a) { f(); } g(); pid }; WALK; @[{ $x = 1; if (b) { h(); } $id }, tid] = count(); @n = { 1 } }',
  ],
  [
    'in a block behind such an expression',
    'k:f { if ({ $x } == 1) { f(); @[{ $x }, jstack] = count(); } g(); }',
    'k:f { if ({ $x } == 1) { f(); WALK; @[{ $x }, $id] = count(); } g(); }',
  ],
  [
    'in strings, comments, names and fields',
    'k:f { @jstack = 1; $jstack = 2; /* jstack */ printf("jstack"); $x->jstack = 1; }',
    'k:f { @jstack = 1; $jstack = 2; /* jstack */ printf("jstack"); $x->jstack = 1; }',
  ],
])('%s', (_, text, expected) => {
  expect(expanded(text)).toBe(expected);
});

test('what it is for, and how many frames', () => {
  const { uses } = jstackUses(parseScript('k:f { @a[comm, f(1, 2), jstack(5)] = max(arg0); @ = jstack; }'));
  expect(uses.map(({ frames, key }) => ({ frames, key }))).toEqual([
    { frames: 5, key: { map: '@a', index: 2 } },
    { frames: null, key: null },
  ]);
});

test('behind an expression in braces: which part of the key it is', () => {
  const { uses } = jstackUses(
    parseScript('k:f { @a[{ $x = f(1, 2); $x }, pid, jstack] = count(); if (b) { c(); } @[1] = jstack; }'),
  );
  expect(uses.map(({ key }) => key)).toEqual([{ map: '@a', index: 2 }, null]);
});

test.each([
  ['k:f /jstack == 1/ { @ = count(); }', 'in-condition'],
  ['fn f() : void { @[jstack] = count(); } k:f { f(); }', 'in-function'],
  ['k:f { @[jstack($x)] = count(); }', 'no-number'],
  ['k:f { @[jstack(0)] = count(); }', 'no-number'],
])('refused: %s', (text, kind) => {
  const { uses, problems } = jstackUses(parseScript(text));
  expect(uses).toEqual([]);
  expect(problems.map((problem) => problem.kind)).toEqual([kind]);
});

test.each([
  'k:f { @[jstack] = count(); @[jstack(1)] = count(); }',
  'k:f { print(jstack); } k:g { print(jstack(1)); }',
  'k:f { @x = jstack; } k:g { @x = jstack(1); }',
  'k:f { @x = (1, jstack); } k:g { @x = (2, jstack(1)); }',
  'k:f { $s = jstack; if (pid) { $s = jstack(1); } @[$s] = count(); }',
  'k:f { $s = jstack; if (pid) { $s = jstack(1); } printf("%s", $s); }',
  'k:f { @x[tid] = jstack; print(@x[tid]); } k:g { print(jstack(1)); }',
])('two lengths that nothing tells apart: %s', (text) => {
  const { problems } = jstackUses(parseScript(text));
  expect(problems).toEqual([{ kind: 'two-lengths', start: text.indexOf('jstack(1)') }]);
});

test('two lengths, each in its place', () => {
  const text =
    'k:f { @[jstack, jstack(1)] = count(); @b[jstack(2)] = jstack(3); printf("%s %s", jstack, jstack(4)); print((jstack, jstack(5))); }';
  expect(jstackUses(parseScript(text)).problems).toEqual([]);
});
