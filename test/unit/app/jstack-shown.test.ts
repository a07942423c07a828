// What bpftrace prints of a program with `jstack`, and what becomes of it once its stacks are known.

import { expect, test } from 'vitest';
import { MISSING_FRAMES } from '../../../src/app/arrived-stacks.ts';
import { JstackShown } from '../../../src/app/jstack-shown.ts';
import type { MapEntry, MapSnapshot, ScriptValue, WalkedFrame } from '../../../src/model/script.ts';
import { aggregationsOf, factsOfMaps } from '../../../src/script/map-facts.ts';
import { jstackUses } from '../../../src/script/jstack-uses.ts';
import { parseScript } from '../../../src/script/program-structure.ts';

const MARK = 'jtmark';
/** 11 and 12 are one stack to the reader. */
const STACKS = new Map([[11, ['leaf', 'mid', 'main']], [12, ['leaf', 'mid', 'main']], [13, ['other', 'mid', 'main']]]); // prettier-ignore
const number = (value: number): ScriptValue => ({ kind: 'number', value: BigInt(value) });

const walkedFrame = (name: string): WalkedFrame => ({
  kind: name === 'leaf' ? 'native' : 'inlined',
  name,
  library: '',
  marker: null,
});

function shownBy(text: string): JstackShown {
  const program = parseScript(text);
  const { uses, flow } = jstackUses(program);
  const aggregations = new Map([...aggregationsOf(program)].map(([name, { kind }]) => [name, kind]));
  const [otherwise = null, ...others] = new Set(uses.map(({ frames }) => frames));
  const facts = { mark: MARK, windowBytes: 1024, aggregations, flow, otherwise: others.length === 0 ? otherwise : null };
  return new JstackShown(facts, factsOfMaps(program), {
    stack: (id) => {
      const frames = STACKS.get(id);
      return frames === undefined ? null : { frames, walked: frames.map(walkedFrame) };
    },
    missing: () => MISSING_FRAMES.unknown,
  });
}

function entries(text: string, name: string, given: Readonly<Record<string, ScriptValue>>): readonly MapEntry[] | undefined {
  const map: MapSnapshot = { name, entries: Object.entries(given).map(([key, value]) => ({ key, value })) };
  return shownBy(text)
    .map(map)
    ?.entries.map(({ key, value }) => ({ key, value }));
}

test('a stack as the key: identities of one stack are one entry, sorted as bpftrace sorts', () => {
  expect(entries('k:f { @[jstack] = count(); }', '@', { 13: number(6), 11: number(3), 12: number(4) })).toEqual([
    { key: '\nother\nmid\nmain\n', value: number(6) },
    { key: '\nleaf\nmid\nmain\n', value: number(7) },
  ]);
});

test('what is known of each frame comes with the key, cut as the stack is', () => {
  const map: MapSnapshot = { name: '@', entries: [{ key: '11,0', value: number(1) }] };
  const parts = shownBy('k:f { @[jstack(2), jstack] = count(); }').map(map)?.entries[0]?.parts;
  expect(parts).toEqual({
    isExact: true,
    parts: [
      { kind: 'stack', whose: 'whole-stack', frames: ['leaf', 'mid'], walked: [walkedFrame('leaf'), walkedFrame('mid')] },
      { kind: 'stack', whose: 'whole-stack', frames: [], walked: [] },
    ],
  });
});

test('among other parts: only the stack’s place is one', () => {
  expect(entries('k:f { @a[pid, jstack, comm] = sum(1); }', '@a', { '11,11,x': number(1), '12,12,x': number(2) })).toEqual([
    { key: '11,\nleaf\nmid\nmain\n,x', value: number(1) },
    { key: '12,\nleaf\nmid\nmain\n,x', value: number(2) },
  ]);
});

test('jstack(N): cut stacks that are the same are one', () => {
  const all = { 11: number(1), 13: number(2) };
  expect(entries('k:f { @[jstack(1)] = max(1); }', '@', all)).toHaveLength(2);
  expect(entries('k:f { @[jstack(2)] = max(1); }', '@', { 11: number(1), 12: number(9) })).toEqual([
    { key: '\nleaf\nmid\n', value: number(9) },
  ]);
});

test('counted by statements: added; assigned otherwise: both are shown', () => {
  const of = (statement: string): unknown =>
    entries(`k:f { ${statement} }`, '@', { 11: number(400), 13: number(500), 12: number(600) });
  const [one, other] = ['\nleaf\n', '\nother\n'];
  for (const statement of ['@[jstack(1)]++;', '@[jstack(1)] += 2;', '@[jstack(1)] = @[jstack(1)] + 2;'])
    expect(of(statement)).toEqual([{ key: other, value: number(500) }, { key: one, value: number(1000) }]); // prettier-ignore
  for (const statement of ['@[jstack(1)] = 2;', '@[jstack(1)]++; @[jstack(1)] = 1;', '@[jstack(1)] *= 2;'])
    expect(of(statement)).toEqual([{ key: one, value: number(400) }, { key: other, value: number(500) }, { key: one, value: number(600) }]); // prettier-ignore
});

test('avg is asked as stats: shown as the average of all', () => {
  const stats = (count: bigint, total: bigint): ScriptValue => ({ kind: 'stats', count, total, average: total / count });
  expect(entries('k:f { @[jstack] = avg(1); }', '@', { 11: stats(1n, 10n), 12: stats(4n, 10n) })).toEqual([
    { key: '\nleaf\nmid\nmain\n', value: number(4) },
  ]);
});

test('avg that the program reads itself: averages of one stack stand side by side', () => {
  expect(entries('k:f { @[jstack] = avg(1); print(@, 3); }', '@', { 11: number(4), 12: number(6) })).toEqual([
    { key: '\nleaf\nmid\nmain\n', value: number(4) },
    { key: '\nleaf\nmid\nmain\n', value: number(6) },
  ]);
});

test('never arrived, and a thread of the kernel', () => {
  expect(entries('k:f { @[jstack] = count(); }', '@', { 99: number(1), 0: number(2) })).toEqual([
    { key: '\n', value: number(2) },
    { key: '\n[stack did not arrive]\n', value: number(1) },
  ]);
});

test('printf, tuples, values; maps of jtrace’s own', () => {
  const shown = shownBy('k:f { printf("%s", jstack); @x = (1, jstack); }');
  expect(shown.text(`a ${MARK}:11:0: b ${MARK}:13:1: ${MARK}:99:0:`)).toBe(
    'a \n    leaf\n    mid\n    main\n b \n    other\n \n    [stack did not arrive]\n',
  );
  expect(shown.text('nothing of it')).toBe('nothing of it');
  expect(shown.value({ kind: 'tuple', values: [number(1), number(13)] })).toEqual({
    kind: 'tuple',
    values: [number(1), { kind: 'stack', frames: ['other', 'mid', 'main'] }],
  });
  expect(shown.map({ name: '@__jt_sent', entries: [] })).toBe(null);
});

const stack = (...frames: readonly string[]): ScriptValue => ({ kind: 'stack', frames });
const printed = (text: string, id: number): ScriptValue => shownBy(text).value(number(id));
const lasting = (statement: string, value: ScriptValue): ScriptValue | undefined =>
  shownBy(`k:f { ${statement} }`).map({ name: '@last', entries: [{ key: null, value }] })?.entries[0]?.value;

test('jstack(N) outside of a key: printed, a value, in a tuple, through variables and maps', () => {
  expect(printed('k:f { print(jstack(1)); }', 11)).toEqual(stack('leaf'));
  expect(printed('k:f { $s = jstack(2); print($s); @[jstack] = count(); }', 11)).toEqual(stack('leaf', 'mid'));
  expect(printed('k:f { @s[tid] = jstack(1); print(@s[tid]); print(jstack(1)); }', 11)).toEqual(stack('leaf'));
  expect(lasting('@last = jstack(1); @[jstack] = count();', number(11))).toEqual(stack('leaf'));
  expect(lasting('@t = (1, pid ? jstack(1) : 0); @last = @t.1;', number(11))).toEqual(stack('leaf'));
  expect(lasting('@last = (jstack(1), (pid, jstack(2)));', { kind: 'tuple', values: [number(11), { kind: 'tuple', values: [number(5), number(13)] }] })).toEqual({
    kind: 'tuple',
    values: [stack('leaf'), { kind: 'tuple', values: [number(5), stack('other', 'mid')] }],
  }); // prettier-ignore
  const one = [{ key: '\nleaf\n', value: number(3) }];
  for (const key of ['$s = jstack(1); @[$s]', '@s[tid] = jstack(1); @[@s[tid]]', '@[{ $x = jstack(1); $x }]'])
    expect(entries(`k:f { ${key} = count(); }`, '@', { 11: number(1), 12: number(2) }), key).toEqual(one);
  expect(shownBy('k:f { @s = jstack(1); for ($kv : @m) { print($kv); } @m[jstack(1)] = (jstack(2), 1); }').value({ kind: 'tuple', values: [number(11), { kind: 'tuple', values: [number(13), number(4)] }] })).toEqual({
    kind: 'tuple',
    values: [stack('leaf'), { kind: 'tuple', values: [stack('other', 'mid'), number(4)] }],
  }); // prettier-ignore
});

test('a stack as a value: one that did not arrive says so, a thread of the kernel has none; numbers stay numbers', () => {
  expect(lasting('@last = jstack;', number(99))).toEqual(stack(MISSING_FRAMES.unknown));
  expect(lasting('@last = jstack;', number(0))).toEqual(stack());
  expect(lasting('@last = (jstack, pid);', { kind: 'tuple', values: [number(99), number(98)] })).toEqual({
    kind: 'tuple',
    values: [stack(MISSING_FRAMES.unknown), number(98)],
  });
  expect(lasting('if (pid) { @last = jstack; } else { @last = 1; }', number(1))).toEqual(number(1));
  expect(lasting('@last = count(); @[jstack] = count();', number(0))).toEqual(number(0));
  expect(printed('k:f { print(jstack); }', 99)).toEqual(stack(MISSING_FRAMES.unknown));
});

test('names of processes and classes neither make stacks nor take them away', () => {
  const exact = (text: string, key: string): unknown => {
    const [entry] = shownBy(`k:f { ${text} }`).map({ name: '@', entries: [{ key, value: number(1) }] })?.entries ?? [];
    return [entry?.parts?.parts.map((part) => (part.kind === 'text' ? part.text : part.frames)), entry?.parts?.isExact];
  };
  const whole = ['leaf', 'mid', 'main'];
  expect(exact('@[comm, jstack] = count();', 'x,\nevil\n,11')).toEqual([['x,\nevil\n', whole], true]);
  expect(exact('@[comm, jstack] = count();', 'a\nb,11')).toEqual([['a\nb', whole], true]);
  expect(exact('@[jstack, comm] = count();', '11,12,13')).toEqual([[whole, '12,13'], true]);
  expect(exact('@[kstack, jstack, comm] = count();', '\n    f+1\n,11,a,\nx\n')).toEqual([[['f+1'], whole, 'a,\nx\n'], true]);
  expect(exact('@[comm, jstack, comm] = count();', 'x,11,12,y')).toEqual([[`x,\n${whole.join('\n')}\n,\n${whole.join('\n')}\n,y`], false]); // prettier-ignore
  expect(exact('@[ustack, comm] = count(); @a[jstack] = 1;', '\n    f(int, char)+1\n,11')).toEqual([undefined, undefined]);
});
