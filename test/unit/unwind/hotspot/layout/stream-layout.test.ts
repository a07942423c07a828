import { expect, test } from 'vitest';
import { streamLayout } from '../../../../../src/unwind/hotspot/layout/stream-layout.ts';
import { Missing, TableReader } from '../../../../../src/unwind/hotspot/layout/table-reader.ts';
import type { VmTables } from '../../../../../src/unwind/hotspot/vm-tables.ts';

function tables(fields: readonly string[], major: number | null): TableReader {
  const none = (): null => null;
  const known: VmTables = {
    offset: (type, field) => (fields.includes(`${type}::${field}`) ? 8 : null),
    staticValue: () => major,
    staticAddress: none,
    fieldType: none,
    typeSizeBytes: none,
    intConstant: none,
  };
  return new TableReader(known);
}

test.each([
  ['8 to 17', ['JavaThread::_pending_async_exception'], null, 0],
  ['18', [], 18, 0],
  ['20', [], 20, 1],
  ['21 and later', ['ConstMethod::_flags._flags'], null, 1],
])('bytes exclude 0: JDK %s', (_, fields, major, excludedLow) => {
  expect(streamLayout(tables(fields, major))).toEqual({ excludedLow });
});

test('where nothing tells, nothing is guessed: every scope and line would be wrong', () => {
  expect(() => streamLayout(tables([], null))).toThrow(Missing);
});
