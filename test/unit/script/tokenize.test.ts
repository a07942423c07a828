import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokenize } from '../../../src/script/tokenize.ts';

/** Each token but spaces as `kind text`, `!` before one that lacks its end. */
function drawn(text: string): string[] {
  return tokenize(text)
    .filter(({ kind }) => kind !== 'space')
    .map(({ kind, start, end, unterminated }) => `${unterminated ? '!' : ''}${kind} ${text.slice(start, end)}`);
}

test.each([
  [
    '@x[comm, args.fd]',
    [
      'map @x',
      'punctuation [',
      'identifier comm',
      'punctuation ,',
      'identifier args',
      'punctuation .',
      'identifier fd',
      'punctuation ]',
    ],
  ],
  ['@ = $a', ['map @', 'punctuation =', 'variable $a']],
  ['args->filename', ['identifier args', 'punctuation ->', 'identifier filename']],
  ['$1 $# $12', ['parameter $1', 'parameter $#', 'parameter $12']],
  [
    '1e6 5ms 0x1Full 1_000 0..5',
    ['number 1e6', 'number 5ms', 'number 0x1Full', 'number 1_000', 'number 0', 'punctuation ..', 'number 5'],
  ],
  [String.raw`"a\"{/*" b`, [String.raw`string "a\"{/*"`, 'identifier b']],
  [String.raw`"a\\" b`, [String.raw`string "a\\"`, 'identifier b']],
  ['"a\nb', ['!string "a', 'identifier b']],
  ['"a\\', ['!string "a\\']],
  ['"', ['!string "']],
  ['a // "x\nb', ['identifier a', 'comment // "x', 'identifier b']],
  ['/* " \n */ b', ['comment /* " \n */', 'identifier b']],
  ['/*/ b', ['!comment /*/ b']],
  [
    '#include <a.h>\n #define A \\\n 1\nb # c',
    ['directive #include <a.h>', 'directive #define A \\\n 1', 'identifier b', 'punctuation #', 'identifier c'],
  ],
  ['#!/usr/bin/env bpftrace\nBEGIN', ['directive #!/usr/bin/env bpftrace', 'identifier BEGIN']],
  ['uprobe:/usr/*/bash:main {', ['identifier uprobe', 'path :/usr/*/bash:', 'identifier main', 'punctuation {']],
  ['uprobe://bin//bash:main', ['identifier uprobe', 'path ://bin//bash:', 'identifier main']],
  // Inside of a block these are a condition's.
  [
    '{$a?$a?1:4/2:3}',
    [
      'punctuation {',
      'variable $a',
      'punctuation ?',
      'variable $a',
      'punctuation ?',
      'number 1',
      'punctuation :',
      'number 4',
      'punctuation /',
      'number 2',
      'punctuation :',
      'number 3',
      'punctuation }',
    ],
  ],
  ['$ é @é', ['punctuation $', 'unknown é', 'map @', 'unknown é']],
])('%j', (text, expected) => {
  expect(drawn(text)).toEqual(expected);
});

/** Text that is mostly made of what tokens are made of. */
const PROGRAM_LIKE = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', '\\', '/', '*', '/*', '*/', '//', '{', '}', ':', '#', '\n', ' ', '@', '$', 'a', '1', '/x', '[', ','),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((pieces) => pieces.join(''));

test('tokens cover any text, without gap or overlap', () => {
  fc.assert(
    fc.property(PROGRAM_LIKE, (text) => {
      let at = 0;
      for (const { start, end } of tokenize(text)) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        at = end;
      }
      expect(at).toBe(text.length);
    }),
  );
});

/** Each would take hours if any token were looked for again and again, or overflow if one were matched by a pattern with a stack. */
const MANY = 1_000_000;
test.each(['a', '"', '/', '\\', ':', ':/', ' ', '\n', '#', '/*', '"\\', '@', '$', '{', 'é', ':a/b', '#\\\n'])(
  'a megabyte of %j',
  (piece) => {
    const text = piece.repeat(MANY / piece.length);
    expect(tokenize(text).at(-1)?.end).toBe(text.length);
    const inString = `"${text.replaceAll('"', '').replaceAll('\n', '')}`;
    expect(tokenize(inString).at(-1)?.end).toBe(inString.length);
  },
);

test('a program of ten megabytes', () => {
  const probe = 'kprobe:f /pid == 1 || tid > 2/ { @x[comm, "a { b"] = count(); /* c */ printf("%d\\n", $1); }\n';
  const text = probe.repeat(10_000_000 / probe.length);
  expect(tokenize(text).at(-1)?.end).toBe(text.length);
});
