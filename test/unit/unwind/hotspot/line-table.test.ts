import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineTable } from '../../../../src/unwind/hotspot/line-table.ts';
import { encodeSigned5 } from '../../../support/unsigned5-encoder.ts';

type Entry = readonly [bci: number, line: number];

/** As CompressedLineNumberWriteStream::write_pair: one byte where both steps are small and forward, else the escape. */
function compress(entries: readonly Entry[]): number[] {
  let [bci, line] = [0, 0];
  const bytes = entries.flatMap(([nextBci, nextLine]) => {
    const [bciStep, lineStep] = [nextBci - bci, nextLine - line];
    [bci, line] = [nextBci, nextLine];
    const byte = (bciStep << 3) | lineStep;
    const fits = bciStep >= 0 && bciStep <= 0x1f && lineStep >= 0 && lineStep <= 7 && byte !== 0 && byte !== 0xff;
    return fits ? [byte] : [0xff, ...encodeSigned5(bciStep), ...encodeSigned5(lineStep)];
  });
  return [...bytes, 0];
}
const table = (...entries: readonly Entry[]): LineTable => new LineTable(Uint8Array.from(compress(entries)), 0);

/** Method::line_number_from_bci (hotspot/share/oops/method.cpp), word for word. */
function lineByHotspot(entries: readonly Entry[], bci: number): number {
  let [bestBci, bestLine] = [0, -1];
  const wanted = bci === -1 ? 0 : bci;
  for (const [at, line] of entries) {
    if (at === wanted) return line;
    if (at < wanted && at >= bestBci) [bestBci, bestLine] = [at, line];
  }
  return bestLine;
}

describe('lineAt', () => {
  test('the entry of a bci, the one before it, and the method entry', () => {
    const lines = table([0, 10], [4, 11], [9, 30]);
    expect([-1, 0, 3, 4, 8, 9, 500].map((bci) => lines.lineAt(bci))).toEqual([10, 10, 10, 11, 11, 30, 30]);
  });

  test('lines that no class file can hold are none', () => {
    const lines = table([0, -383], [4, 65_535], [8, 65_536], [12, 7]);
    expect([0, 4, 8, 12].map((bci) => lines.lineAt(bci))).toEqual([0, 65_535, 0, 7]);
  });

  test('unsorted tables, as javac writes them for loops and finally: the greatest bci below, the last of equals', () => {
    const lines = table([0, 10], [20, 15], [8, 12], [20, 17], [4, 40]);
    expect([4, 7, 8, 19, 20, 21].map((bci) => lines.lineAt(bci))).toEqual([40, 40, 12, 12, 15, 17]);
  });

  test('large steps, and steps back, are escaped', () => {
    const lines = table([0, 40_000], [31, 40_000], [30, 7], [65_535, 65_535]);
    expect([0, 30, 31, 65_535].map((bci) => lines.lineAt(bci))).toEqual([40_000, 7, 40_000, 65_535]);
  });

  test('no table, no line', () => {
    expect(LineTable.none.lineAt(3)).toBe(0);
    expect(table([8, 5]).lineAt(3)).toBe(0);
  });

  test('HotSpot chooses the same line in any table', () => {
    const entry = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 300 }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), fc.integer({ min: -1, max: 70 }), (entries, bci) => {
        expect(table(...entries).lineAt(bci)).toBe(Math.max(0, lineByHotspot(entries, bci)));
      }),
    );
  });
});

test('any bytes end, and are looked at once', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer(), (bytes, bci) => {
      expect(Number.isInteger(new LineTable(bytes, 0).lineAt(bci))).toBe(true);
    }),
  );
});

test('the end of a table is found in pieces', () => {
  const bytes = Uint8Array.from(compress(Array.from({ length: 200 }, (_, i): Entry => [i * 40, i * 9 + 1])));
  for (const size of [1, 7, 256, bytes.length - 1])
    expect(LineTable.hasEnd([bytes.subarray(0, size)], 0)).toBe(size >= bytes.length);
  expect(LineTable.hasEnd([bytes.subarray(0, 100), bytes.subarray(100)], 0)).toBe(true);
});
