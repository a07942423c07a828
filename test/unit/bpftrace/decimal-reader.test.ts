import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecimalReader } from '../../../src/bpftrace/decimal-reader.ts';

const TWO_64 = 2n ** 64n;

function read(text: string): { value: bigint; reader: DecimalReader } {
  const reader = new DecimalReader();
  const bytes = Buffer.from(text, 'latin1');
  reader.reset(bytes, 0, bytes.length);
  reader.word();
  return { value: (BigInt(reader.high) << 32n) | BigInt(reader.low), reader };
}

test('every 64-bit number, signed or not, is read exactly', () => {
  const anyWord = fc.oneof(
    fc.bigInt({ min: 0n, max: TWO_64 - 1n }),
    fc.integer({ min: 0, max: 60 }).map((bit) => 2n ** BigInt(bit)),
  );
  fc.assert(
    fc.property(anyWord, (word) => {
      expect(read(String(word)).value).toBe(word);
      expect(read(String(BigInt.asIntN(64, word))).value).toBe(word);
    }),
  );
  for (const edge of [0n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 10n ** 15n - 1n, 10n ** 15n, TWO_64 - 1n]) {
    expect(read(String(edge)).value).toBe(edge);
    expect(read(String(edge)).reader).toMatchObject({ ok: true, done: true });
  }
});

test.each([[''], ['-'], ['x'], [' 1'], ['18446744073709551616'], ['100000000000000000000'], ['99999999999999999999999']])(
  '%j is no 64-bit number',
  (text) => {
    expect(read(text).reader.ok).toBe(false);
  },
);

test('any bytes: ends, and stays inside the line', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), (bytes, end) => {
      const reader = new DecimalReader();
      reader.reset(bytes, 0, Math.min(end, bytes.length));
      for (let count = 0; count < 50; count++) reader.field();
      expect(reader.position).toBeLessThanOrEqual(Math.min(end, bytes.length));
    }),
  );
});
