import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mapsOf } from '../../../src/script/program-maps.ts';
import { parseScript } from '../../../src/script/program-structure.ts';
import { RewrittenScript } from '../../../src/script/rewrite.ts';
import { confinement, cpidEdits, lineEndEdits, livePrintingEdits } from '../../../src/script/script-edits.ts';
import { expectGolden } from '../../support/golden.ts';
import { givenScript } from '../../support/given-script.ts';
import { REPOSITORY } from '../../support/repository.ts';

const FOLDER = join(REPOSITORY, 'test/fixtures/script-programs');

test.each(readdirSync(FOLDER))('%s with every kind of edit', (name) => {
  const { program, rewritten } = givenScript(readFileSync(join(FOLDER, name), 'utf8'));
  expect(program.complete).toBe(true);
  expectGolden(`script-programs/${name.replace('.bt', '')}.expected.bt`, rewritten.text);
});

function confined(text: string): string {
  return new RewrittenScript(text, confinement(parseScript(text), 'pid == 7').edits).text;
}

test.each([
  ['kprobe:f { }', 'kprobe:f /pid == 7/ { }'],
  ['kprobe:f{ }', 'kprobe:f /pid == 7/ { }'],
  ['kprobe:f // c\n{ }', 'kprobe:f // c\n/pid == 7/ { }'],
  ['kprobe:f /uid == 1 || tid == 2/ { }', 'kprobe:f /pid == 7 && (uid == 1 || tid == 2)/ { }'],
  ['kprobe:f /tid/ { }', 'kprobe:f /pid == 7 && 0 != tid/ { }'],
  ['t:a:b /args->filename/ { }', 't:a:b /pid == 7 && (0 != (args->filename))/ { }'],
  ['kprobe:f /arg0 == 1 ? @a : @b/ { }', 'kprobe:f /pid == 7 && (0 != (arg0 == 1 ? @a : @b))/ { }'],
  ['kprobe:f /f(a == 1)/ { }', 'kprobe:f /pid == 7 && (0 != (f(a == 1)))/ { }'],
  ['kprobe:f /a == 1 // x\n/ { }', 'kprobe:f /pid == 7 && (a == 1 // x\n)/ { }'],
  ['BEGIN { } END { } begin { } i:s:1 { } iter:task { } self:signal:SIGUSR1 { }', null],
  ['interval:s:1 /@a/ { } bench:x { }', null],
  ['kprobe:f', null],
  ['kprobe:f /x { }', null],
  ['fn f($x : int64) : int64 { return 1; } struct A { int a; }', null],
])('%j for one process', (text, expected) => {
  expect(confined(text)).toBe(expected ?? text);
});

test('a probe that runs for processes and for none cannot be confined', () => {
  const program = parseScript('kprobe:f { } kprobe:g, interval:s:1 { } *:x { }');
  const { edits, mixed } = confinement(program, 'pid == 7');
  expect(edits).toHaveLength(1);
  expect(mixed).toEqual(program.probes.slice(1));
});

test('cpid is replaced where it is the builtin, nowhere else', () => {
  const text =
    'struct A { int cpid; } uprobe:/p/cpid:cpid /pid == cpid/ { $cpid = @cpid[cpid] + $a->cpid + $b.cpid; "cpid"; /* cpid */ cpid }';
  expect(new RewrittenScript(text, cpidEdits(parseScript(text), 42)).text).toBe(
    'struct A { int cpid; } uprobe:/p/cpid:cpid /pid == 42/ { $cpid = @cpid[42] + $a->cpid + $b.cpid; "cpid"; /* cpid */ 42 }',
  );
});

test.each([
  ['BEGIN { @a = 1; @b[1] = 2; @ = count(); }', 'print(@a); print(@b, 9); print(@);'],
  // A print at the end shows nothing meanwhile; one of a single entry shows not the map.
  [
    'k:f { @a[1] = 1; @b[1] = 1; @c[1] = 1; } i:s:1 { print(@a); print(@b[1]); } END { print(@c); }',
    'print(@b, 9); print(@c, 9);',
  ],
  // Emptied at the end, unprinted: a means of the program's own.
  ['k:f { @a[1] = 1; @b[1] = 1; } END { clear(@a); print(@b); clear(@b); }', 'print(@b, 9);'],
  ['k:f { @a = 1; } // c', 'print(@a);'],
  ['k:f { "@s"; /* @s */ }', null],
  ['k:f { @a = 1; print(@a) }', null],
  ['k:f { @a = 1; ', null],
])('%j: maps printed meanwhile', (text, prints) => {
  const program = parseScript(text);
  const edits = livePrintingEdits(program, mapsOf(program), { intervalMs: 500, rows: 9 });
  const added = new RewrittenScript(text, edits).text.slice(text.length);
  expect(added).toBe(prints === null ? '' : `\ninterval:ms:500 { ${prints} }\n`);
});

test.each([
  ['BEGIN { @a; @b[1]; @c [2]; @d\n[3]; }', '@b @c @d'],
  ['BEGIN { @a[1] = 1; @a = 2; }', '@a'],
  ['BEGIN { for ($kv : @a) { } delete(@b, 1); delete(@c); has_key(@d, 1); $x ? 1 : @e; }', '@a @b @d'],
  ['BEGIN { @[comm] = count(); } k:f /@x[1]/ { }', '@ @x'],
  ['struct A { int b; } fn f($x : int64) : int64 { @a[1] = 2; }', '@a'],
])('%j: maps with keys', (text, keyed) => {
  const found = mapsOf(parseScript(text)).filter((map) => map.keyed);
  expect(found.map(({ name }) => name).join(' ')).toBe(keyed);
});

test('maps: who shows and who empties them', () => {
  const maps = mapsOf(parseScript('i:s:1 { print(@a); zero(@a); } END, kprobe:f { clear(@b) } end { clear(@c); print(@c, 5) }'));
  const never = { running: false, atEnd: false };
  const running = { running: true, atEnd: false };
  const atEnd = { running: false, atEnd: true };
  expect(maps).toEqual([
    { name: '@a', keyed: false, printed: running, cleared: running },
    { name: '@b', keyed: false, printed: never, cleared: running },
    { name: '@c', keyed: false, printed: atEnd, cleared: atEnd },
  ]);
});

test('a byte order mark and carriage returns go, those in no line end stay', () => {
  const text = '\uFEFFa\r\nb\rc\r\n';
  expect(new RewrittenScript(text, lineEndEdits(text)).text).toBe('a\nb\rc\n');
});
