// Large programs of one kind of thing all through: what is said of them is right, and comes. A quarter of what is taken (1 MiB): a scan in a scan takes longer than a test may.

import { describe, expect, test } from 'vitest';
import { formatSpecs } from '../../../src/script/format-specs.ts';
import { providersOf } from '../../../src/script/attach-point.ts';
import { classNameUses } from '../../../src/script/class-names.ts';
import { countedTextEdits } from '../../../src/script/counted-text.ts';
import { jstackUses } from '../../../src/script/jstack-uses.ts';
import { libraryEdits } from '../../../src/script/library-edits.ts';
import { aggregationsOf, factsOfMaps } from '../../../src/script/map-facts.ts';
import { mapUnit } from '../../../src/script/map-units.ts';
import { mapsOf } from '../../../src/script/program-maps.ts';
import { parseScript } from '../../../src/script/program-structure.ts';
import { RewrittenScript } from '../../../src/script/rewrite.ts';
import { checkScript } from '../../../src/script/script-checks.ts';
import { confinement, cpidEdits, lineEndEdits, livePrintingEdits } from '../../../src/script/script-edits.ts';
import { tokenize } from '../../../src/script/tokenize.ts';
import { translateMessages } from '../../../src/script/translate-messages.ts';

const BYTES = 256 * 1024;
/** As many as ten characters each fit into a probe. */
const TENS = Math.floor((BYTES - 13) / 10);
const filled = (piece: string, around = (text: string): string => text): string =>
  around(piece.repeat(Math.floor((BYTES - around('').length) / piece.length)));
const inProbe = (text: string): string => `kprobe:f { ${text} }`;

/** What jtrace does with any program, but for what it knows of jstack and of keys of maps (below). */
function gone(text: string) {
  const program = parseScript(text);
  const { edits, mixed } = confinement(program, 'pid == 1');
  const maps = mapsOf(program);
  const all = [
    ...lineEndEdits(text),
    ...edits,
    ...cpidEdits(program, 7),
    ...countedTextEdits(program, true),
    ...livePrintingEdits(program, maps, { intervalMs: 1000, rows: 50 }),
  ];
  return {
    program,
    maps,
    mixed,
    findings: checkScript(program, () => false),
    names: classNameUses(program),
    libraries: libraryEdits(program, () => null),
    rewritten: new RewrittenScript(text, all),
  };
}

describe('all that is done with a program', () => {
  test.each<[string, string, { probes: number; complete?: boolean; names?: number; maps?: number; findings?: number }]>([
    ['comments that do not end', filled('/* '), { probes: 0, complete: false }],
    ['comments', filled('/**/'), { probes: 0 }],
    ['slashes', filled('/'), { probes: 0 }],
    ['slashes apart', filled('/ '), { probes: 1 }],
    ['quotes', filled('""', inProbe), { probes: 1 }],
    ['quotes that do not end', filled('"\n', inProbe), { probes: 1, complete: false }],
    ['backslashes in a quote', filled('\\', (text) => inProbe(`"${text}`)), { probes: 1, complete: false }],
    ['braces', filled('{'), { probes: 1, complete: false }],
    ['braces in pairs', filled('{}'), { probes: BYTES / 2 }],
    ['braces that close', filled('}'), { probes: 0 }],
    ['parentheses', filled('(', inProbe), { probes: 1 }],
    ['commas', filled(',', inProbe), { probes: 1 }],
    ['commas of attach points', filled(','), { probes: 1 }],
    ['colons', filled(':'), { probes: 1 }],
    ['a path without end', `uprobe:${filled('/', (text) => text.slice(8))} {}`, { probes: 1 }],
    ['hashes', filled('#\n'), { probes: 0 }],
    ['a definition that does not end', filled('#\\\n'), { probes: 0 }],
    ['structs', filled('struct '), { probes: 0 }],
    ['functions', filled('fn f(){}'), { probes: 0 }],
    ['calls in calls', filled('f(', inProbe), { probes: 1, names: 0 }],
    ['names of classes in each other, without end', filled('jklass(', inProbe), { probes: 1, names: 0 }],
    ['names of classes in each other', `kprobe:f { ${'joop('.repeat(40_000)}1${')'.repeat(40_000)}; }`, { probes: 1, names: 1 }],
    ['names of classes', filled('jklass(1);', inProbe), { probes: 1, names: TENS }],
    ['unsafe calls', filled('system(1);', inProbe), { probes: 1, findings: TENS }],
    ['maps', filled('@a[1]=2;', inProbe), { probes: 1, maps: 1 }],
    ['maps in each other', filled('@a[', inProbe), { probes: 1, maps: 1 }],
    ['different maps', Array.from({ length: 20_000 }, (_, at) => `@${String(at)}=1;`).join('').replace(/^/u, 'kprobe:f {') + '}', { probes: 1, maps: 20_000 }], // prettier-ignore
    ['conditions', filled('k:f/1/{}'), { probes: BYTES / 8 }],
    ['conditions, apart', filled('k:f /1/ {}'), { probes: Math.floor(BYTES / 10) }],
    ['attach points', filled('k:f,', (text) => `${text}k:f {}`), { probes: 1 }],
    ['long attach points', filled(`${'['.repeat(1000)}:f,`, (text) => `${text}k:f {}`), { probes: 1 }],
    ['wildcards', filled('*a:f,', (text) => `${text}k:f {}`), { probes: 1 }],
    ['uretprobes', filled('ur:*:*,', (text) => `${text}k:f {}`), { probes: 1 }],
    ['libraries', filled('u:libjvm:f,', (text) => `${text}k:f {}`), { probes: 1 }],
    ['cpid', filled('cpid;', inProbe), { probes: 1 }],
    ['line ends', filled('\r\n', inProbe), { probes: 1 }],
    ['numbers', filled('1', inProbe), { probes: 1 }],
    ['dollars', filled('$', inProbe), { probes: 1 }],
    ['letters of no program', filled('é'), { probes: 1 }],
  ])('%s', (_what, text, expected) => {
    const { program, names, maps, findings, rewritten } = gone(text);
    expect(program.probes).toHaveLength(expected.probes);
    expect(program.complete).toBe(expected.complete ?? true);
    if (expected.names !== undefined) expect(names).toHaveLength(expected.names);
    if (expected.maps !== undefined) expect(maps).toHaveLength(expected.maps);
    if (expected.findings !== undefined) expect(findings).toHaveLength(expected.findings);
    expect(rewritten.text.length).toBeGreaterThan(0);
    expect(tokenize(text).at(-1)?.end).toBe(text.length);
  });
});

describe('what is known of jstack and of keys', () => {
  const STACKS = BYTES / 32;
  test.each<[string, string, { uses: number; maps: number }]>([
    ['one map', inProbe('@a[jstack] = count(); '.repeat(STACKS)), { uses: STACKS, maps: 1 }],
    ['averages', inProbe('@a[jstack] = avg(1); '.repeat(STACKS)), { uses: STACKS, maps: 1 }],
    ['a map each', inProbe(Array.from({ length: STACKS }, (_, at) => `@m${String(at)}[jstack] = count();`).join('')), { uses: STACKS, maps: STACKS }],
    ['a probe each', 'k:f { @a[jstack] = count(); }'.repeat(STACKS), { uses: STACKS, maps: 1 }],
    ['keys in keys', inProbe(`${'@a['.repeat(STACKS)}jstack${']'.repeat(STACKS)} = count();`), { uses: 1, maps: 1 }],
    ['keys without end', inProbe(`${'@a['.repeat(STACKS)}jstack`), { uses: 1, maps: 1 }],
    ['tuples in tuples', inProbe(`@a[${'('.repeat(STACKS)}jstack${')'.repeat(STACKS)}] = count();`), { uses: 1, maps: 1 }],
    ['arguments of one format', inProbe(`printf("${'%s'.repeat(STACKS)}"${', jstack'.repeat(STACKS)});`), { uses: STACKS, maps: 0 }],
    ['assignments in each other', inProbe(`$v = jstack; ${'$v = '.repeat(STACKS)}1;`), { uses: 1, maps: 0 }],
    ['blocks in blocks', inProbe(`${'if (1) { @a[jstack] = count(); '.repeat(STACKS)}${'}'.repeat(STACKS)}`), { uses: STACKS, maps: 1 }],
    ['variables', inProbe(`$v = jstack; ${'$v = $v; '.repeat(STACKS)}`), { uses: 1, maps: 0 }],
    ['maps that hold one another', inProbe(`@v0 = jstack; ${Array.from({ length: STACKS }, (_, at) => `@v${String(at + 1)} = @v${String(at)}; `).join('')}`), { uses: 1, maps: STACKS + 1 }],
  ])('%s', (_what, text, expected) => {
    const program = parseScript(text);
    expect(jstackUses(program).uses).toHaveLength(expected.uses);
    expect(new Set([...factsOfMaps(program).keys(), ...aggregationsOf(program).keys()]).size).toBeLessThanOrEqual(expected.maps);
    expect(aggregationsOf(program).size).toBe(expected.maps);
  });
}); // prettier-ignore

test('specs of formats: a flag without end, and widths', () => {
  expect(formatSpecs(filled('0', (text) => `%${text}!`))).toEqual([]);
  expect(formatSpecs(filled('1', (text) => `%${text}!`))).toEqual([]);
  expect(formatSpecs(filled('%'))).toEqual([]);
  expect(formatSpecs('%-016d %010s %.5s')).toEqual([
    { start: 0, end: 6 },
    { start: 7, end: 12 },
    { start: 13, end: 17 },
  ]);
});

test('units of an argument without end', () => {
  for (const piece of [' ', ')', '/', '1', '('])
    expect(
      mapUnit(
        '@x',
        'sum',
        filled(piece, (text) => `nsecs - ${text}x`),
      ),
    ).toBe('');
});

test('kinds of probes by wildcards', () => {
  const [point] = parseScript('[k]pr?be:f {}').probes[0]?.attachPoints ?? [];
  expect(point && providersOf(point)).toEqual(['kprobe', 'uprobe']);
});

test('messages about every probe of it', () => {
  const text = filled('k:f /1/ {}\n');
  const program = parseScript(text);
  const rewritten = new RewrittenScript(text, []);
  const lines = Array.from({ length: 2000 }, (_, at) => [`stdin:${String(at + 1)}:1-4: ERROR: wrong ${String(at)}`, `ERROR: bad ${String(at)}`, `stdin:${String(at + 1)}-${String(at + 2)}: ERROR: long ${String(at)}`]).flat(); // prettier-ignore
  const { first, others } = translateMessages(lines, { program, rewritten });
  expect(first).toMatchObject({ text: 'wrong 0', position: { line: 1, column: 1 } });
  expect(others).toHaveLength(20);
});
