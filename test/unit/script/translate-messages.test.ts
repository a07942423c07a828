// Real messages of three bpftraces on edited programs → what the user reads. The goldens show both for every program.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderMessage } from '../../../src/script/render-message.ts';
import type { ScriptMessages } from '../../../src/script/translate-messages.ts';
import { translateMessages } from '../../../src/script/translate-messages.ts';
import { expectGolden } from '../../support/golden.ts';
import { givenScript } from '../../support/given-script.ts';
import { REPOSITORY } from '../../support/repository.ts';

const FOLDER = join(REPOSITORY, 'test/fixtures/script-messages');

interface Recorded {
  readonly program: string;
  readonly given: string;
  readonly said: Readonly<Record<string, string>>;
}

const RECORDED = JSON.parse(readFileSync(join(FOLDER, 'recorded.json'), 'utf8')) as readonly Recorded[];

function userText(program: string): string {
  return readFileSync(join(FOLDER, 'programs', program), 'utf8');
}

function shown({ first, others }: ScriptMessages, name: string): string {
  if (first === null) return `(no error)\n${others.map((message) => renderMessage(name, message)).join('\n')}`;
  return [first, ...others].map((message) => renderMessage(name, message)).join('\n');
}

test.each(RECORDED)('$program', ({ program, given, said }) => {
  const source = givenScript(userText(program));
  expect(source.rewritten.text, 'record the messages again').toBe(given);
  const told = Object.entries(said).map(
    ([version, text]) => `# ${version}\n${shown(translateMessages([text], source), program)}\n`,
  );
  expectGolden(`script-messages/${program.replace('.bt', '')}.expected.txt`, told.join(''));
});

/** The first error's place, for each version. */
function places(program: string): string[] {
  const found = RECORDED.find((recorded) => recorded.program === program);
  const source = givenScript(userText(program));
  return Object.values(found?.said ?? {}).map((text) => {
    const position = translateMessages([text], source).first?.position;
    return position == null ? 'nowhere' : `${position.line}:${position.column}`;
  });
}

test.each([
  // Columns of bpftrace's are bytes, and tabs one column.
  ['bytes-and-columns.bt', ['1:30', '1:30', '1:30']],
  ['unknown-function.bt', ['4:7', '4:7', '4:7']],
  // 0.17 and 0.23 count a carriage return as a line.
  ['carriage-returns.bt', ['4:2', '4:2', '4:2']],
  // No place is told: the words name it, or the first kind of probe that no bpftrace knows is meant.
  ['missing-include.bt', ['1:1', '1:1', '1:1']],
  ['unknown-probe-kind.bt', ['1:1', '1:1', '1:1']],
  // 0.17 says nothing of a probe it cannot find as long as there is another.
  ['missing-usdt.bt', ['nowhere', '1:1', '1:1']],
  // Behind and inside of what was put in.
  ['in-predicate.bt', ['1:28', '1:28', '3:18']],
  ['behind-edits.bt', ['3:34', '3:34', '3:34']],
  // In a macro of 0.27's own library: where it is used.
  ['unsafe-signal.bt', ['3:3', '3:3', '3:3']],
])('%s: the first error is at %j', (program, expected) => {
  expect(places(program)).toEqual(expected);
});

const ONE_PROBE = givenScript('BEGIN {\n\t\t@a = 1; }\n');

test('carets stand under what is meant, tabs before it', () => {
  const { first } = translateMessages(['stdin:2:3-5: ERROR: no such thing'], ONE_PROBE);
  expect(first && renderMessage('a.bt', first)).toBe('a.bt:2:3: no such thing\n        @a = 1; }\n        ^^');
});

test('a line of megabytes is shown around what is meant', () => {
  const source = givenScript(`BEGIN { @a = "${'x'.repeat(3_000_000)}"; @b = nosuch(1); ${'@c = 1;'.repeat(100_000)} }`);
  const at = source.program.text.indexOf('nosuch') + 1;
  const { first } = translateMessages([`stdin:1:${at}-${at + 6}: ERROR: Unknown function: nosuch`], source);
  const [where, line, carets] = (first === null ? '' : renderMessage('-e', first)).split('\n');
  expect(where).toBe(`-e:1:${at}: Unknown function: nosuch`);
  expect(line?.length).toBeLessThan(130);
  expect(line?.slice(carets?.indexOf('^'), (carets?.lastIndexOf('^') ?? 0) + 1)).toBe('nosuch');
});

test('the user is not told of warnings about text that is not theirs', () => {
  const { text } = ONE_PROBE.rewritten;
  const added = text.split('\n').findIndex((line) => line.startsWith('interval:ms:')) + 1;
  const said = [`stdin:${added}:25-30: WARNING: be careful`, 'stdin:2:3-5: WARNING: be careful, too'];
  const { first, others } = translateMessages(said, ONE_PROBE);
  expect(first).toBeNull();
  expect(others.map((message) => message.text)).toEqual(['be careful, too']);
});

test('an error in text that is not theirs is told with that', () => {
  const { first } = translateMessages(['stdin:4:25-30: ERROR: no such map'], ONE_PROBE);
  expect(first?.inserted).toBe(true);
  expect(first && renderMessage('a.bt', first)).toContain('(in what jtrace added there)');
});

test('what is said again for every attach point is told once', () => {
  const again = [
    'stdin:2:3-5: ERROR: no such thing',
    '        @a = 1; }',
    '        ~~',
    'stdin:1:1-6: ERROR: expanded from',
    'BEGIN {',
    '~~~~~',
  ];
  const { first, others } = translateMessages([...again, ...again], ONE_PROBE);
  expect(first).toMatchObject({ text: 'no such thing', position: { line: 2, column: 3 } });
  expect(others).toEqual([]);
});

test('a long log of the verifier is one bounded message', () => {
  const log = Array.from({ length: 100_000 }, (_, at) => `${at}: (b7) r1 = 0`);
  const { first, others } = translateMessages(['ERROR: Error loading program: BEGIN (try -v)', ...log], ONE_PROBE);
  expect(first?.position).toEqual({ line: 1, column: 1 });
  expect(others).toHaveLength(0);
  expect(first?.text.length).toBeLessThan(1_100);
});

test('whatever bpftrace says, places are inside of the program', () => {
  const place = fc.tuple(fc.nat(9), fc.nat(40), fc.nat(40)).map(([line, from, to]) => `stdin:${line}:${from}-${to}: ERROR: x`);
  const said = fc.array(
    fc.oneof(place, fc.string({ unit: 'binary' }), fc.constant('stdin:1-900: ERROR: y'), fc.constant('ERROR: z')),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), said, (text, output) => {
      const source = givenScript(`${text}kprobe:f { @[comm] = count(); }`);
      const { first, others } = translateMessages(output, source);
      for (const message of [...(first === null ? [] : [first]), ...others]) {
        renderMessage('x', message);
        if (message.position === null) continue;
        const lines = source.program.text.split('\n');
        expect(message.position.line).toBeLessThanOrEqual(lines.length);
        expect(message.position.column).toBeLessThanOrEqual((lines[message.position.line - 1] ?? '').length + 1);
      }
    }),
  );
});
