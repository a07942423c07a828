import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globMatches, globsOverlap, starMatcher } from '../../../src/script/glob.ts';

test.each([
  ['libjvm.so', true],
  ['libjvm.so.1', true],
  ['libjvm*', true],
  ['*', true],
  ['lib*.so', true],
  ['lib?vm.s*', true],
  ['lib[a-z]vm.so', true],
  ['*x', true],
  ['libjava.so', false],
  ['libc*', false],
  ['xlibjvm.so', false],
  ['libjvm', false],
  ['', false],
])('%s and libjvm.so* fit the same: %s', (pattern, expected) => {
  expect(globsOverlap(pattern, 'libjvm.so*')).toBe(expected);
  expect(globsOverlap('libjvm.so*', pattern)).toBe(expected);
});

test('what a pattern fits, as a regular expression says', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 6 }).map((all) => all.join(''));
  const words = fc.array(fc.constantFrom('a', 'b'), { maxLength: 6 }).map((all) => all.join(''));
  fc.assert(
    fc.property(letters, words, (pattern, word) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      expect(globMatches(pattern, word)).toBe(expression.test(word));
    }),
  );
});

test('a common text of two patterns is found', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 4 }).map((all) => all.join(''));
  // Patterns so short have a common text of at most eight letters, if any.
  const words = Array.from({ length: 2 ** 9 - 1 }, (_, at) =>
    (at + 1).toString(2).slice(1).replaceAll('0', 'a').replaceAll('1', 'b'),
  );
  fc.assert(
    fc.property(letters, letters, (left, right) => {
      expect(globsOverlap(left, right)).toBe(words.some((word) => globMatches(left, word) && globMatches(right, word)));
    }),
  );
});

test('what stars fit, as a regular expression says', () => {
  const patterns = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 7 }).map((all) => all.join(''));
  const words = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 }).map((all) => all.join(''));
  fc.assert(
    fc.property(patterns, words, (pattern, word) => {
      expect(starMatcher(pattern)(word)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(word));
    }),
  );
});

test('stars without end, and a name that nearly fits, take no longer', () => {
  expect(starMatcher('*E'.repeat(500) + 'x')('E'.repeat(100_000))).toBe(false);
});
