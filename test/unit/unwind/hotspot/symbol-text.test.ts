import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparableClassName, decodeModifiedUtf8 } from '../../../../src/unwind/hotspot/symbol-text.ts';
import { anyText } from '../../../support/any-text.ts';

/** JVM specification 4.4.7: every UTF-16 unit on its own, NUL in two bytes. */
function encodeModifiedUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > 0 && unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Uint8Array.from(bytes);
}

describe('decodeModifiedUtf8', () => {
  test('every text', () => {
    const text = anyText({ maxLength: 200 });
    fc.assert(
      fc.property(text, (value) => {
        expect(decodeModifiedUtf8(encodeModifiedUtf8(value))).toBe(value);
      }),
    );
  });

  test('NUL, emoji, and the longest symbol', () => {
    expect(decodeModifiedUtf8(Uint8Array.from([0x61, 0xc0, 0x80, 0x62]))).toBe('a\0b');
    expect(decodeModifiedUtf8(encodeModifiedUtf8('x\u{1F600}y'))).toBe('x\u{1F600}y');
    const long = `\u00e9${'m'.repeat(65_533)}`;
    expect(decodeModifiedUtf8(encodeModifiedUtf8(long))).toBe(long);
  });

  test('bad bytes and lone surrogates become U+FFFD, what is around them stays', () => {
    expect(decodeModifiedUtf8(Uint8Array.from([0x61, 0x80, 0x62, 0xc3]))).toBe('a\ufffdb\ufffd');
    expect(decodeModifiedUtf8(Uint8Array.from([0xe2, 0x82, 0x41]))).toBe('\ufffd\ufffdA');
    expect(decodeModifiedUtf8(Uint8Array.from([0xf0, 0x9f, 0x98, 0x80]))).toBe('\ufffd\ufffd\ufffd\ufffd');
    expect(decodeModifiedUtf8(encodeModifiedUtf8('\ud83d-'))).toBe('\ufffd-');
  });

  test('any bytes give well-formed text, no longer than they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = decodeModifiedUtf8(bytes);
        expect(text.length).toBeLessThanOrEqual(bytes.length);
        expect(Buffer.from(text).toString()).toBe(text);
      }),
    );
  });
});

test('hidden classes compare between runs; other names stay as they are', () => {
  expect(comparableClassName('A$$Lambda$14+0x0000000800c03000')).toBe('A$$Lambda$14+0x...');
  expect(comparableClassName('java/lang/invoke/LambdaForm$MH/0x00007f1a2c001800')).toBe('java/lang/invoke/LambdaForm$MH/0x...');
  for (const name of ['a/B', 'a/B+0x12', 'A+0x0000000800c03000$Inner', '0x0000000800c03000', ''])
    expect(comparableClassName(name)).toBe(name);
});
