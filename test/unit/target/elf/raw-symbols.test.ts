// Symbols by name: the first defined one, however often the name, or its place in the string table, stands elsewhere.

import { describe, expect, test } from 'vitest';
import { RawSymbols } from '../../../../src/target/elf/raw-symbols.ts';

/** A symbol in section `section` whose name begins at `name` of the string table. */
interface Row {
  readonly name: number;
  readonly section?: number;
  readonly value?: number;
}

function tableOf(strings: string, rows: readonly Row[]): RawSymbols {
  const table = Buffer.alloc(24 * (rows.length + 1));
  rows.forEach(({ name, section = 1, value = 0 }, i) => {
    const at = 24 * (i + 1);
    table.writeUInt32LE(name, at);
    table.writeUInt16LE(section, at + 6);
    table.writeBigUInt64LE(BigInt(value), at + 8);
  });
  return new RawSymbols(table, Buffer.from(strings, 'latin1'));
}

describe('indexOfName', () => {
  test('finds a name that is the end of another, has a version, or stands in two places', () => {
    const strings = '\0old_malloc\0free@@GLIBC_2.2.5\0malloc\0';
    expect(tableOf(strings, [{ name: 1 }, { name: 5 }]).indexOfName('malloc')).toBe(2);
    expect(tableOf(strings, [{ name: 12 }]).indexOfName('free')).toBe(1);
    expect(tableOf(strings, [{ name: 30 }, { name: 5 }]).indexOfName('malloc')).toBe(1);
    expect(tableOf(strings, [{ name: 1 }, { name: 30 }]).indexOfName('mallo')).toBe(-1);
    expect(tableOf(strings, [{ name: 30 }]).indexOfName('')).toBe(-1);
  });

  test('passes over undefined symbols, and values that look like the place', () => {
    const strings = '\0name\0';
    expect(tableOf(strings, [{ name: 1, section: 0 }, { name: 1 }]).indexOfName('name')).toBe(2);
    expect(tableOf(strings, [{ name: 0, value: 1 }, { name: 1 }]).indexOfName('name')).toBe(2);
    expect(tableOf(strings, [{ name: 0, value: 1 }]).indexOfName('name')).toBe(-1);
  });

  test('a table made to be searched for long is gone through once', () => {
    const often = '\0' + 'name\0'.repeat(2000);
    expect(tableOf(often, [{ name: 0 }, { name: 1 + 5 * 1999 }]).indexOfName('name')).toBe(2);
    const rows = Array.from({ length: 2000 }, (): Row => ({ name: 0, value: 1 }));
    expect(tableOf('\0name\0', [...rows, { name: 1 }]).indexOfName('name')).toBe(2001);
    expect(tableOf('\0name\0', rows).indexOfName('name')).toBe(-1);
  });
});
