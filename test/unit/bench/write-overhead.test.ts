import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { busyWarning } from '../../bench/machine-facts.ts';
import { markdownTable } from '../../bench/markdown-table.ts';
import { sectionText, withSection } from '../../bench/write-overhead.ts';
import { REPOSITORY } from '../../support/repository.ts';

test('a table that a terminal shows well', () => {
  expect(markdownTable({ head: ['what', 'n'], rows: [['a', '1'], ['longer', '22'], ['short row']] })).toBe(
    ['| what      | n  |', '|-----------|----|', '| a         | 1  |', '| longer    | 22 |', '| short row |    |'].join('\n'),
  );
}); // prettier-ignore

test('between the markers, and nowhere else', () => {
  const document = 'text\n<!-- bench:a:begin -->old<!-- bench:a:end -->\nmore <!-- bench:b:begin --><!-- bench:b:end -->';
  expect(withSection(document, 'a', 'NEW')).toBe(
    'text\n<!-- bench:a:begin -->\n\nNEW\n\n<!-- bench:a:end -->\nmore <!-- bench:b:begin --><!-- bench:b:end -->',
  );
  expect(() => withSection(document, 'c', 'NEW')).toThrow('no markers');
});

test('a busy machine and a quick look are told with the numbers', () => {
  const result = { tables: [{ head: ['h'], rows: [['r']] }], notes: ['note'], data: null };
  const text = sectionText(result, { machine: 'M', busy: 'BUSY', quick: true });
  expect(text).toMatch(/^M\nBUSY\n.*--quick.*\n\n\| h \|/);
  expect(text.endsWith('\n\nnote')).toBe(true);
  expect(busyWarning({ load: 0.2, cpus: 2 })).toBeNull();
  expect(busyWarning({ load: 3, cpus: 2 })).toContain('not idle');
});

test.each(['capture', 'latency', 'bytes', 'unwind', 'render', 'tax'])('docs/overhead.md has a place for %s', (name) => {
  expect(() => withSection(readFileSync(join(REPOSITORY, 'docs/overhead.md'), 'utf8'), name, '')).not.toThrow();
});

test('docs/native-profiles.md has a place for mariadb', () => {
  expect(() => withSection(readFileSync(join(REPOSITORY, 'docs/native-profiles.md'), 'utf8'), 'mariadb', '')).not.toThrow();
});
