// Any text for property tests: fast-check's `unit: 'binary'` means the same, but builds its tables of graphemes first, for more than a second.

import fc from 'fast-check';

/** The surrogates: halves of pairs, no characters. */
const [FIRST_SURROGATE, AFTER_SURROGATES] = [0xd800, 0xe000];
const LAST_CODE_POINT = 0x10ffff;

/** One character: every code point but lone surrogates, a third and more of them ASCII; shrinks towards NUL. */
const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(fc.nat(0x7f), fc.nat(FIRST_SURROGATE - 1), fc.integer({ min: AFTER_SURROGATES, max: LAST_CODE_POINT }))
  .map((codePoint) => String.fromCodePoint(codePoint), codePointOf);

function codePointOf(text: unknown): number {
  const codePoint = typeof text === 'string' ? text.codePointAt(0) : undefined;
  if (codePoint === undefined || String.fromCodePoint(codePoint) !== text) throw new Error('not one character');
  return codePoint;
}

/** Texts of any characters; lengths count characters. */
export function anyText(lengths: { readonly minLength?: number; readonly maxLength?: number } = {}): fc.Arbitrary<string> {
  return fc.string({ unit: anyCharacter, ...lengths });
}
