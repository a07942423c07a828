import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseScript } from '../../../src/script/program-structure.ts';
import type { Span } from '../../../src/script/tokenize.ts';

/** Each probe as `attach point + attach point | predicate | block`. */
function probes(text: string): string[] {
  const shown = (span: Span | null): string => (span === null ? '-' : text.slice(span.start, span.end));
  return parseScript(text).probes.map(({ attachPoints, predicate, block }) =>
    [attachPoints.map((point) => point.text).join(' + '), shown(predicate), shown(block)].join(' | '),
  );
}

test.each([
  ['BEGIN { a }', ['BEGIN | - | { a }']],
  ['begin{a}end{b}', ['begin | - | {a}', 'end | - | {b}']],
  ['BEGIN/1/{ a }', ['BEGIN | /1/ | { a }']],
  ['kprobe:a,kprobe:b\n,\nk:c { }', ['kprobe:a + kprobe:b + k:c | - | { }']],
  ['kprobe:a, { }', ['kprobe:a | - | { }']],
  ['uretprobe:/p/libjvm.so:"f, {" /x/ { }', ['uretprobe:/p/libjvm.so:"f, {" | /x/ | { }']],
  ['uprobe:/usr/*/bash:main /pid == 1/ { }', ['uprobe:/usr/*/bash:main | /pid == 1/ | { }']],
  ['uprobe:/bin/bash:main // c /pid/\n /* q " */ /pid == 1/ /* { */ { }', ['uprobe:/bin/bash:main | /pid == 1/ | { }']],
  ['interval:s:1 /@a \/ 2 > nsecs \/ 3/ { }', ['interval:s:1 | /@a / 2 > nsecs / 3/ | { }']],
  // Glued to an attach point, a slash is part of it, in every version.
  ['software:faults:100/pid/ { }', ['software:faults:100/pid/ | - | { }']],
  [
    'watchpoint:0x10:8:w { } iter:task { } self:signal:SIGUSR1 { }',
    ['watchpoint:0x10:8:w | - | { }', 'iter:task | - | { }', 'self:signal:SIGUSR1 | - | { }'],
  ],
  [
    'a:b { if (1) { x } else if (2) { y } else { z } } c:d { "}" /* } */ }',
    ['a:b | - | { if (1) { x } else if (2) { y } else { z } }', 'c:d | - | { "}" /* } */ }'],
  ],
  ['a:b { unroll(5) { x } while ($i < 3) { y } }', ['a:b | - | { unroll(5) { x } while ($i < 3) { y } }']],
  // What no bpftrace takes.
  ['a:b /x { } c:d { }', ['a:b | /x | { }', 'c:d | - | { }']],
  ['a:b { x', ['a:b | - | { x']],
  ['} ; a:b', ['a:b | - | -']],
])('%j', (text, expected) => {
  expect(probes(text)).toEqual(expected);
});

test('what stands before the probes is told apart', () => {
  const text = [
    '#!/usr/bin/env bpftrace',
    'config = { print_maps_on_exit=0; stack_mode=perf }',
    '#include <linux/sched.h>',
    'struct A { int a; struct { char b[4]; } c; };',
    'typedef struct { int x; } T;',
    'enum E { X = 1, Y };',
    'import "a.bt";',
    'let @m = lruhash(100);',
    'fn f($x : int64) : int64 { return $x; }',
    'macro m($x) { $x + 1 }',
    'config:a { b }',
  ].join('\n');
  const program = parseScript(text);
  expect(program.definitions.map(({ kind, start, end }) => `${kind} ${text.slice(start, end).split(/[ \n]/)[0] ?? ''}`)).toEqual([
    'other #!/usr/bin/env',
    'other config',
    'other #include',
    'other struct',
    'other typedef',
    'other enum',
    'other import',
    'other let',
    'code fn',
    'code macro',
  ]);
  expect(probes(text)).toEqual(['config:a | - | { b }']);
});

test.each([
  ['uretprobe:/p/lib.so:"a:b"', ['uretprobe', '/p/lib.so', 'a:b']],
  ['uprobe:"/p:q/x":f', ['uprobe', '/p:q/x', 'f']],
  ['uprobe:/usr/"bin"/bash:f', ['uprobe', '/usr/bin/bash', 'f']],
  ['BEGIN', ['BEGIN']],
])('parts of %s', (text, parts) => {
  expect(parseScript(`${text} { }`).probes[0]?.attachPoints[0]?.parts).toEqual(parts);
});

test.each([
  ['a:b { }', true],
  ['a:b { { }', false],
  ['a:b { } // "', true],
  ['a:b { } /*', false],
  ['a:b { "x }\n }', false],
])('%j is complete: %s', (text, complete) => {
  expect(parseScript(text).complete).toBe(complete);
});

test('any text has a structure, inside of it and in its order', () => {
  const piece = fc.constantFrom(
    'a:b',
    '/',
    '{',
    '}',
    ',',
    ' ',
    '\n',
    '"',
    'struct',
    'fn',
    'config =',
    ';',
    '@x',
    '(',
    ')',
    '/*',
    '//',
    ':',
    '#',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary' }))), (pieces) => {
      const text = pieces.join('');
      const { definitions, probes: found } = parseScript(text);
      const spans = [...definitions, ...found].sort((left, right) => left.start - right.start);
      let behind = 0;
      for (const { start, end } of spans) {
        expect(start).toBeGreaterThanOrEqual(behind);
        expect(end).toBeGreaterThan(start);
        behind = end;
      }
      expect(behind).toBeLessThanOrEqual(text.length);
    }),
  );
});
