// Values of parameters become one token each, whatever they are; what is wrong with one is told in one line.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CatalogueScript } from '../../../src/catalogue/catalogue.ts';
import { fillScript, loadScript } from '../../../src/catalogue/load-script.ts';
import { parseScriptHeader } from '../../../src/catalogue/parse-header.ts';
import { runCommand } from '../../../src/cli/main.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import { anyText } from '../../support/any-text.ts';

const TEXT = `// For tests.
//
// Of every type.
//
// Group: files
// Parameters:
//   count     uint      1     N.
//   most      uint      0     P.
//   name      text      ""    T.
//   min-time  duration  1ms   D.
//   size      size      4k    S.
//   library   path      /a/b  L.
//   function  symbol    -     F.
// Process: confined. Its own.
// Output:
//   @a  calls  A.
// Probes:
//   uprobe
// Needs: bpftrace 0.17, kernel 5.6
// Cost: unmeasured
// Example:
//   none

uprobe:{{library:probe-path}}:{{function:symbol}} /{{most:uint}} == 0 || comm == {{name:string}}/ {
  if ({{minTimeNs:uint}} > 1 && {{minTimeUs:uint}} > {{sizeBytes:uint}}) { @a = {{count:uint}}; }
}
`;
const SCRIPT: CatalogueScript = { name: 'x', header: parseScriptHeader(TEXT, 'x.bt'), text: TEXT };

function program(values: Readonly<Record<string, string>>): string {
  const { source } = fillScript(SCRIPT, new Map(Object.entries({ function: 'f', ...values })));
  return source.text.slice(source.text.indexOf('\nuprobe') + 1);
}

function refusal(values: ReadonlyMap<string, string>): string {
  try {
    fillScript(SCRIPT, values);
  } catch (error) {
    if (error instanceof OperatorError) return `${error.kind}: ${error.message} | ${error.hint}`;
    throw error;
  }
  return 'taken';
}

test('defaults and values, each in the unit of its placeholder; lines stay where they are', () => {
  expect(program({})).toBe('uprobe:/a/b:f /0 == 0 || comm == ""/ {\n  if (1000000 > 1 && 1000 > 4096) { @a = 1; }\n}\n');
  expect(program({ count: '7', most: '12', name: 'a"b', 'min-time': '1.5s', size: '1m', library: '/usr/lib/x-1.so', function: '_ZN1aC2Ev' })).toBe(
    'uprobe:/usr/lib/x-1.so:_ZN1aC2Ev /12 == 0 || comm == "a\\042b"/ {\n  if (1500000000 > 1 && 1500000 > 1048576) { @a = 7; }\n}\n',
  ); // prettier-ignore
  expect(fillScript(SCRIPT, new Map([['function', 'f']])).source.text.split('\n').length).toBe(TEXT.split('\n').length);
});

const HOSTILE = [
  '"; system("id"); "', "'", '\n} BEGIN { exit(); }', '*/', '/*', '//', '$1', '{{most:uint}}', '{{name:string}}', '\\', '\\"', '%s%n', '`id`',
  '// #if x', '\r\n// #end', '\0', '\u202e', '/ { exit(); } //', 'a:b,BEGIN', '-1', '1e9', '0x10', ' ', 'toString', '__proto__',
]; // prettier-ignore

describe('values that try to break out', () => {
  /** All but the one literal. */
  const without = (text: string): string => text.replace(/"[^"\n]*"/, '""');
  const plain = program({});

  test.each(HOSTILE)('%j as a text stays in its quotes', (value) => {
    if (value === '\0')
      expect(refusal(new Map([['function', 'f'], ['name', value]]))).toMatch(/has a NUL/); // prettier-ignore
    else expect(without(program({ name: value }))).toBe(plain);
  });

  test('so does any other', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 15 }), (value) => {
        fc.pre(!value.includes('\0') && Buffer.byteLength(value) < 64);
        const text = program({ name: value });
        expect(without(text)).toBe(plain);
        expect(text).toMatch(/^[\n\x20-\x7e]*$/);
      }),
    );
  });

  test.each(
    ['count', 'most', 'min-time', 'size', 'library', 'function'].flatMap((name) =>
      HOSTILE.map((value) => [name, value] as const),
    ),
  )('--%s %j is refused, or a word', (name, value) => {
    const said = refusal(new Map([['function', 'f'], [name, value]])); // prettier-ignore
    if (said !== 'taken') expect(said).toMatch(/^usage: --/);
    else expect(['toString', '__proto__']).toContain(value);
  });

  test.each(['count', 'most', 'name', 'min-time', 'size', 'library', 'function'])(
    '10 MB as --%s are refused in one short line',
    (name) => {
      for (const value of ['x'.repeat(10_000_000), '9'.repeat(10_000_000), `/${'a/'.repeat(5_000_000)}`]) {
        const said = refusal(new Map([['function', 'f'], [name, value]])); // prettier-ignore
        expect(said).toMatch(/^usage: --/);
        expect(said.length).toBeLessThan(300);
      }
    },
  );
});

test.each([
  [{ fuction: 'f' }, 'x has no parameter --fuction | did you mean --function? (parameters: --count, --most'],
  [{ constructor: 'f' }, 'x has no parameter --constructor'],
  [{}, 'x needs --function VALUE | the name of a function'],
  [{ function: 'f', count: '-1' }, "--count: '-1' is no whole number | a whole number from 0 on"],
  [{ function: 'f', count: '9007199254740993' }, 'is no whole number'],
  [{ function: 'f', name: 'é'.repeat(32) }, 'is longer than 63 bytes'],
  [{ function: 'f', 'min-time': '5 parsecs' }, "--min-time: '5 parsecs' is no duration | durations are written 10us"],
  [{ function: 'f', 'min-time': '2days' }, 'is no duration'],
  [{ function: 'f', 'min-time': '10ns' }, "--min-time: '10ns' is no whole number of us"],
  [{ function: 'f', 'min-time': '25h' }, 'is no duration'],
  [{ function: 'f', size: '5 toasts' }, 'is no size'],
  [{ function: 'f', library: 'lib.so' }, 'is no absolute path'],
  [{ function: 'f', library: '/a//b' }, 'is no absolute path'],
  [{ function: 'a*' }, 'is no name of a function'],
] as const)('%j: %s', (values, message) => {
  expect(refusal(new Map(Object.entries(values)))).toContain(message);
});

test('a script that there is not: the nearest', async () => {
  expect(() => loadScript('opnes', new Map())).toThrow("no script is called 'opnes'");
  expect(() => loadScript('../templates/stack-bytes', new Map())).toThrow('no script is called');
  let said = '';
  const sink = { write: (text: string) => (said += text) };
  expect(await runCommand(['show', 'opnes'], { stdout: sink, stderr: sink, env: {} })).toBe(2);
  expect(said).toContain('did you mean opens?');
});
