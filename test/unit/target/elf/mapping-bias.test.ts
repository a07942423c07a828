import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../../../src/model/target.ts';
import type { Segment } from '../../../../src/target/elf/elf-file.ts';
import { mappingBias } from '../../../../src/target/elf/mapping-bias.ts';
import { parseMaps } from '../../../../src/target/maps.ts';

/** `permissions offset address size`, as readelf -l shows segments. */
function segments(...rows: readonly string[]): readonly Segment[] {
  return rows.map((row) => {
    const [permissions = '', offset = '', address = '', size = ''] = row.split(' ');
    return {
      type: 1, executable: permissions.includes('x'), writable: permissions.includes('w'),
      fileOffset: Number(offset), address: Number(address), fileBytes: Number(size),
    }; // prettier-ignore
  });
}

function mapping(line: string): Mapping {
  const [found] = parseMaps(line);
  if (found === undefined) throw new Error(`no mapping: ${line}`);
  return found;
}

const biases = (of: readonly Segment[], ...lines: readonly string[]): readonly (string | null)[] => {
  const all = lines.map(mapping);
  return all.map((one) => mappingBias(of, one, () => all)?.toString(16) ?? null);
};

describe('mappingBias', () => {
  it('is the same for every piece of every segment', () => {
    // libjvm of JDK 17: the last page of the third segment is the first of the fourth, which RELRO cuts in two.
    const libjvm = segments(
      'r-- 0x0 0x0 0x2517f8',
      'r-x 0x252000 0x252000 0xd577e9',
      'r-- 0xfaa000 0xfaa000 0x2820d0',
      'rw- 0x122c4b8 0x122d4b8 0xec448',
    );
    expect(
      biases(
        libjvm,
        '7f0feb800000-7f0feba52000 r--p 00000000 fe:00 5 /libjvm.so',
        '7f0feba52000-7f0fec7aa000 r-xp 00252000 fe:00 5 /libjvm.so',
        '7f0fec7aa000-7f0feca2d000 r--p 00faa000 fe:00 5 /libjvm.so',
        '7f0feca2d000-7f0fecae5000 r--p 0122c000 fe:00 5 /libjvm.so',
        '7f0fecae5000-7f0fecb1a000 rw-p 012e4000 fe:00 5 /libjvm.so',
      ),
    ).toEqual(Array(5).fill('7f0feb800000'));
  });

  it('tells two segments in one page of the file apart by their rights', () => {
    const small = segments('r-x 0x0 0x0 0x488', 'rw- 0xeb0 0x1eb0 0x15c');
    expect(
      biases(
        small,
        '7f0000000000-7f0000001000 r-xp 00000000 fe:00 5 /small.so',
        '7f0000001000-7f0000002000 r--p 00000000 fe:00 5 /small.so',
        '7f0000002000-7f0000003000 rw-p 00001000 fe:00 5 /small.so',
      ),
    ).toEqual(['7f0000000000', '7f0000000000', '7f0000000000']);
  });

  it('tells two mappings of one page with the same rights apart by the others', () => {
    // A small library of Debian 12: RELRO makes the first page of the last segment read-only, like the segment before.
    const small = segments('r-- 0x0 0x0 0x500', 'r-x 0x1000 0x1000 0x200', 'r-- 0x2000 0x2000 0x100', 'rw- 0x2e00 0x3e00 0x220');
    const piecesAt = (base: number): string[] => {
      const rows = ['r--p 0', 'r-xp 1000', 'r--p 2000', 'r--p 2000', 'rw-p 3000'];
      return rows.map(
        (row, i) => `${(base + i * 4096).toString(16)}-${(base + (i + 1) * 4096).toString(16)} ${row} fe:00 5 /small.so`,
      );
    };
    expect(biases(small, ...piecesAt(0x7f0000000000))).toEqual(Array(5).fill('7f0000000000'));
    // The same library twice in one process (dlmopen).
    expect(biases(small, ...piecesAt(0x7f0000000000), ...piecesAt(0x7f0000005000))).toEqual([
      ...Array<string>(5).fill('7f0000000000'),
      ...Array<string>(5).fill('7f0000005000'),
    ]);
  });

  it('is 0 for a program at fixed addresses', () => {
    const program = segments('r-- 0x0 0x400000 0x500', 'r-x 0x1000 0x401000 0x800');
    expect(biases(program, '00401000-00402000 r-xp 00001000 fe:00 5 /program')).toEqual(['0']);
  });

  it('is none for a place of the file that is in no segment, or in a hostile one', () => {
    const lines = ['7f0000000000-7f0000001000 r--p 00009000 fe:00 5 /x'];
    expect(biases(segments('r-x 0x0 0x0 0x488'), ...lines)).toEqual([null]);
    expect(biases(segments('r-x 0 1e300 1e300', 'r-x 0 NaN NaN'), ...lines)).toEqual([null]);
    expect(biases([], ...lines)).toEqual([null]);
  });
});
