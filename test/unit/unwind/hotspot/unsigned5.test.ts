import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Unsigned5Reader } from '../../../../src/unwind/hotspot/unsigned5.ts';
import { encodeSigned5, encodeUnsigned5, encodeUnsigned5WithoutZeros } from '../../../support/unsigned5-encoder.ts';

const reader = (bytes: readonly number[]): Unsigned5Reader => new Unsigned5Reader(Uint8Array.from(bytes), 0, 0);
const laterReader = (bytes: readonly number[]): Unsigned5Reader => new Unsigned5Reader(Uint8Array.from(bytes), 0, 1);

test('the least and the greatest number of each length', () => {
  // A length's numbers begin where the shorter ones end: 192, then 192 + 64·192, …
  const firsts = [0, 192, 192 + 64 * 192, 192 + 64 * 192 + 64 ** 2 * 192, 192 + 64 * 192 + 64 ** 2 * 192 + 64 ** 3 * 192];
  const lengths = firsts.flatMap((first, i) => [
    [encodeUnsigned5(first).length, i + 1],
    [encodeUnsigned5((firsts[i + 1] ?? 2 ** 32) - 1).length, i + 1],
  ]);
  for (const [length, expected] of lengths) expect(length).toBe(expected);
  for (const first of firsts) {
    for (const value of [first, Math.max(0, first - 1), first + 1]) expect(reader(encodeUnsigned5(value)).unsigned()).toBe(value);
  }
  expect(reader(encodeUnsigned5(0xffff_ffff)).unsigned()).toBe(0xffff_ffff);
});

test('every number, one after the other', () => {
  const number = fc.oneof(fc.nat(0xffff_ffff), fc.nat(400), fc.nat(20_000));
  fc.assert(
    fc.property(fc.array(number), (values) => {
      const read = reader(values.flatMap(encodeUnsigned5));
      expect(values.map(() => read.unsigned())).toEqual(values);
      expect(read.atEnd).toBe(true);
    }),
  );
});

test('every number as JDK 20 and later write it: no byte is 0', () => {
  const number = fc.oneof(fc.nat(0xffff_ffff), fc.nat(400), fc.nat(20_000));
  fc.assert(
    fc.property(fc.array(number), (values) => {
      const bytes = values.flatMap(encodeUnsigned5WithoutZeros);
      expect(bytes).not.toContain(0);
      const read = laterReader(bytes);
      expect(values.map(() => read.unsigned())).toEqual(values);
      expect(read.atEnd).toBe(true);
    }),
  );
  expect(encodeUnsigned5WithoutZeros(190)).toEqual([191]);
  expect(encodeUnsigned5WithoutZeros(191)).toEqual([192, 1]);
  expect(laterReader([0, 5]).unsigned()).toBe(0);
});

test('signed numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer(), fc.integer({ min: -200, max: 200 }))), (values) => {
      const read = reader(values.flatMap(encodeSigned5));
      expect(values.map(() => read.signed())).toEqual(values);
    }),
  );
});

test('any bytes: at most five for a number, zeros past the end, never negative', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(80), fc.constantFrom<0 | 1>(0, 1), (bytes, position, excludedLow) => {
      const read = new Unsigned5Reader(bytes, position, excludedLow);
      for (let i = 0; i < 20; i += 1) {
        const value = read.unsigned();
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(0xffff_ffff);
      }
      expect(read.atEnd).toBe(position + 20 >= bytes.length || read.atEnd);
    }),
  );
  const long = reader([255, 255, 255, 255, 255, 7]);
  long.unsigned();
  expect(long.byte()).toBe(7);
});
