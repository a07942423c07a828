import { expect, test } from 'vitest';
import { RepeatedWarnings } from '../../../src/app/repeated-warnings.ts';

function told(messages: readonly string[]): readonly string[] {
  const lines: string[] = [];
  const warnings = new RepeatedWarnings((text) => lines.push(text));
  for (const text of messages) warnings.message(text);
  warnings.end();
  return lines;
}

const DELETE = 'stdin:39:3: WARNING: Failed to map_delete_elem: there is no such entry';

test('a warning is told once, then counted', () => {
  expect(told([...Array<string>(1301).fill(DELETE), 'WARNING: another', DELETE, 'WARNING: another'])).toEqual([
    DELETE,
    'WARNING: another',
    `1,301 times more: ${DELETE}`,
    '1 time more: WARNING: another',
  ]);
});

test('of one with its line of source the first line is counted', () => {
  const shown = 'stdin:1:3: WARNING: no\ndelete(@x[1]);\n  ~~~~~';
  expect(told([shown, shown])).toEqual([shown, '1 time more: stdin:1:3: WARNING: no']);
});

test('what is no warning of bpftrace’s is told each time', () => {
  expect(told(['cat: no such file', 'cat: no such file'])).toHaveLength(2);
});

test('more different ones than are counted are told, too', () => {
  expect(told([...Array(300).keys()].map((index) => `WARNING: ${String(index)}`))).toHaveLength(300);
});
