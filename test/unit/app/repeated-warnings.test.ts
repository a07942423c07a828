import { expect, test } from 'vitest';
import { RepeatedWarnings } from '../../../src/app/repeated-warnings.ts';

/** What is told at once, and at the end. */
function told(messages: readonly string[]): readonly string[] {
  const warnings = new RepeatedWarnings();
  return [...messages.filter((text) => warnings.isNew(text)), ...warnings.end()];
}

const DELETE = 'stdin:39:3: WARNING: Failed to map_delete_elem: there is no such entry';

test('a warning is told once, then counted', () => {
  expect(told([...Array<string>(1301).fill(DELETE), 'WARNING: another', DELETE, 'WARNING: another'])).toEqual([
    DELETE,
    'WARNING: another',
    `${DELETE} (1,301 times more)`,
    'WARNING: another (1 time more)',
  ]);
});

test('of one with its line of source the first line is counted', () => {
  const shown = 'stdin:1:3: WARNING: no\ndelete(@x[1]);\n  ~~~~~';
  expect(told([shown, shown])).toEqual([shown, 'stdin:1:3: WARNING: no (1 time more)']);
});

test('what is no warning of bpftrace’s is told each time', () => {
  expect(told(['cat: no such file', 'cat: no such file'])).toHaveLength(2);
});

test('more different ones than are counted are told, too', () => {
  expect(told([...Array(300).keys()].map((index) => `WARNING: ${String(index)}`))).toHaveLength(300);
});
