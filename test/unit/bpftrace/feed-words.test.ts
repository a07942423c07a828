// The feed's words are decoded as the program does it (templates/stack-bytes.bt); that the program itself does it is a real test.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { feedWords } from '../../../src/bpftrace/feed-words.ts';
import { asPid } from '../../../src/model/units.ts';

const LOCATORS = fc.record({
  pid: fc.integer({ min: 1, max: 2 ** 22 - 1 }).map(asPid),
  tlsModuleId: fc.integer({ min: 1, max: 2 ** 20 - 1 }),
  tlsOffsetBytes: fc.integer({ min: 0, max: 2 ** 42 - 1 }),
  lastJavaSpOffsetBytes: fc.nat(2 ** 14 - 1),
  lastJavaPcOffsetBytes: fc.nat(2 ** 14 - 1),
  lastJavaFpOffsetBytes: fc.nat(2 ** 14 - 1),
});

/** The program's arithmetic on the first eight bytes of comm. */
function decode(comm: string): { number: bigint; value: bigint } {
  const word = Buffer.from(comm, 'latin1').readBigUInt64LE(0) - 0x3030303030303030n;
  let value = 0n;
  for (let index = 1n; index < 8n; index++) value |= ((word >> (8n * index)) & 0x3fn) << (6n * (index - 1n));
  return { number: word & 0x3fn, value };
}

test('every locator survives the journey, its words fit a comm and hold nothing but printable characters', () => {
  fc.assert(
    fc.property(LOCATORS, (locator) => {
      const words = feedWords(locator);
      for (const word of words) expect(word).toMatch(/^[1-4][0-o]{7}$/);
      const values = words.map(decode);
      expect(values.map(({ number }) => number)).toEqual([1n, 2n, 3n, 4n]);
      const [a = 0n, b = 0n, c = 0n, checksum = 0n] = values.map(({ value }) => value);
      expect({
        pid: Number(a & 0x3fffffn),
        tlsModuleId: Number(a >> 22n),
        tlsOffsetBytes: Number(b),
        lastJavaSpOffsetBytes: Number(c & 0x3fffn),
        lastJavaPcOffsetBytes: Number((c >> 14n) & 0x3fffn),
        lastJavaFpOffsetBytes: Number((c >> 28n) & 0x3fffn),
      }).toEqual(locator);
      expect(checksum).toBe((a + 3n * b + 5n * c + 7n) & 0x3ffffffffffn);
    }),
  );
});
