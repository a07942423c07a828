import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RewrittenScript } from '../../../src/script/rewrite.ts';
import type { Edit } from '../../../src/script/rewrite.ts';
import { SourceLines } from '../../../src/script/source-lines.ts';

/** For each character of the new text, and behind it: the user's offset, `+` where it is not the user's. */
function places(rewritten: RewrittenScript): string {
  const offsets = Array.from({ length: rewritten.text.length + 1 }, (_, at) => at);
  return offsets
    .map((offset) => rewritten.placeInUser(offset))
    .map(({ offset, inserted }) => `${offset}${inserted ? '+' : ''}`)
    .join(' ');
}

test('places of inserted, replaced and removed text', () => {
  const edits = [
    { start: 4, end: 5, text: '' },
    { start: 2, end: 3, text: 'XY' },
    { start: 0, end: 0, text: '<' },
    { start: 2, end: 2, text: '(' },
    { start: 2, end: 2, text: ')' },
    { start: 6, end: 6, text: '>' },
  ];
  const rewritten = new RewrittenScript('abcdef', edits);
  expect(rewritten.text).toBe('<ab()XYdf>');
  expect(places(rewritten)).toBe('0+ 0 1 2+ 2+ 2+ 2+ 3 5 6+ 6+');
});

test.each([
  [
    [
      { start: 0, end: 2, text: '' },
      { start: 1, end: 3, text: '' },
    ],
  ],
  [[{ start: 2, end: 1, text: '' }]],
  [[{ start: 0, end: 4, text: '' }]],
])('edits that overlap or lie outside are a bug: %j', (edits) => {
  expect(() => new RewrittenScript('abc', edits)).toThrow(RangeError);
});

test('every character that is the user’s is found where it was', () => {
  const script = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 60 })
    .chain((text) =>
      fc.tuple(
        fc.constant(text),
        fc.array(fc.tuple(fc.nat(text.length), fc.nat(3), fc.string({ maxLength: 4 })), { maxLength: 6 }),
      ),
    );
  fc.assert(
    fc.property(script, ([text, wanted]) => {
      let behind = 0;
      const edits: Edit[] = [];
      for (const [at, length, put] of wanted.sort(([left], [right]) => left - right)) {
        if (at < behind) continue;
        behind = Math.min(text.length, at + length);
        edits.push({ start: at, end: behind, text: put });
      }
      const rewritten = new RewrittenScript(text, edits);
      let usersOwn = 0;
      for (let offset = 0; offset < rewritten.text.length; offset += 1) {
        const place = rewritten.placeInUser(offset);
        if (place.inserted) continue;
        usersOwn += 1;
        if (text.charAt(place.offset) !== rewritten.text.charAt(offset))
          throw new Error(`character ${offset} is not that at ${place.offset}`);
      }
      expect(usersOwn).toBe(text.length - edits.reduce((sum, { start, end }) => sum + end - start, 0));
    }),
  );
});

test('lines and columns of the new text, in the user’s', () => {
  const rewritten = new RewrittenScript('ab\ncd', [{ start: 4, end: 4, text: '1\n2' }]);
  expect(rewritten.positionInUser({ line: 2, column: 1 })).toEqual({ position: { line: 2, column: 1 }, inserted: false });
  expect(rewritten.positionInUser({ line: 2, column: 2 })).toEqual({ position: { line: 2, column: 2 }, inserted: true });
  expect(rewritten.positionInUser({ line: 3, column: 1 })).toEqual({ position: { line: 2, column: 2 }, inserted: true });
  expect(rewritten.positionInUser({ line: 3, column: 2 })).toEqual({ position: { line: 2, column: 2 }, inserted: false });
});

test('offsets, lines and columns go both ways', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '\n', 'é', '\t', '😀')), fc.nat(40), (pieces, offset) => {
      const text = pieces.join('');
      const lines = new SourceLines(text);
      const inside = Math.min(offset, text.length);
      expect(lines.offsetAt(lines.positionAt(inside))).toBe(inside);
      expect(lines.positionAt(inside).line).toBe(text.slice(0, inside).split('\n').length);
    }),
  );
});

test('byte columns', () => {
  const lines = new SourceLines('x\naé\t😀b');
  // a is byte 1, é 2 and 3, the tab 4, the face 5 to 8, b 9.
  const columns = [1, 2, 3, 4, 5, 8, 9, 10, 99].map(
    (byteColumn) => lines.positionAt(lines.offsetAtByteColumn(2, byteColumn)).column,
  );
  expect(columns).toEqual([1, 2, 2, 3, 4, 4, 6, 7, 7]);
});
