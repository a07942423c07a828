// No name of a target may do anything to a terminal but stand there.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeForTerminal, MAX_TERMINAL_CHARS } from '../../../src/outputs/escape-terminal.ts';
import { anyText } from '../../support/any-text.ts';
import { fastestMs } from '../../support/fastest-ms.ts';

test.each([
  ['java/util/HashMap.put', 'java/util/HashMap.put'],
  ['a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['\u001b[2J\u001b]0;title\u0007', '\\e[2J\\e]0;title\\x07'],
  ['\u009b31m\u0000\u007f', '\\x9b31m\\x00\\x7f'],
  ['\u202etxt.exe\u202c', '\\u{202e}txt.exe\\u{202c}'], // reads backwards otherwise
  ['\u2066x\u2069\u200f\u061c', '\\u{2066}x\\u{2069}\\u{200f}\\u{61c}'],
  ['a\u2028b\u00adc\ufeff', 'a\\u{2028}b\\xadc\\u{feff}'],
  ['\ud800x', '\\u{d800}x'],
  ['größe;日本 😀👨‍👩‍👧', 'größe;日本 😀👨‍👩‍👧'],
])('%j', (text, shown) => {
  expect(escapeForTerminal(text)).toBe(shown);
});

test('60,000 letters are cut, and quickly', () => {
  const ms = fastestMs(() => {
    for (const letter of ['x', '\u001b', '😀', 'e\u0301', '\u0301']) {
      const shown = escapeForTerminal(letter.repeat(60_000));
      expect(shown.length).toBeLessThanOrEqual(MAX_TERMINAL_CHARS);
      if (letter !== '\u0301') expect(shown.endsWith('…')).toBe(true);
    }
  });
  expect(ms).toBeLessThan(500);
  expect(escapeForTerminal('abcdef', 4)).toBe('abc…');
  expect(escapeForTerminal('abcd', 4)).toBe('abcd');
  expect(escapeForTerminal('a😀', 2)).toBe('a…'); // never half a letter
});

test('any text: one line, no control, bounded', () => {
  fc.assert(
    fc.property(anyText({ maxLength: 500 }), fc.integer({ min: 2, max: 100 }), (text, maxChars) => {
      const shown = escapeForTerminal(text, maxChars);
      expect(shown.length).toBeLessThanOrEqual(maxChars);
      expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(shown.replace(/[\u200c\u200d]/g, '')).not.toMatch(/\p{Cf}/u);
    }),
  );
});
