import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countOf, readEfaultLine, readOutcomeCounts } from '../../../src/bpftrace/efault-lines.ts';
import type { MapSnapshot } from '../../../src/model/script.ts';
import { anyText } from '../../support/any-text.ts';

describe('a line', () => {
  test('of a failing read', () => {
    const line = readEfaultLine(
      'failed 2 30136 30137 30135 7f7b284a4fc0 7f7b284a5000 1200100 c00005 64 7fff63b4a090 7ffc90b06650 d4653f02d03 4 a) 1\nb',
    );
    expect(line).toEqual({
      kind: 'failed',
      read: {
        index: 2,
        outcome: 'failed-in-next-page',
        pid: 30136,
        tid: 30137,
        parent: 30135,
        comm: 'a) 1\nb',
        addressText: '7f7b284a4fc0',
        failingAddress: 0x7f7b284a5000,
        entry: 0x1200100,
        parentEntry: 0xc00005,
        isForkChild: true,
        stackStart: 0x7fff63b4a090,
        parentStackStart: 0x7ffc90b06650,
        timeNs: 0xd4653f02d03,
      },
    });
  });

  test('of a kernel address, without a name', () => {
    const line = readEfaultLine('failed 0 1 1 0 ffff888000000000 ffff888000000000 0 0 0 0 0 1 3 ');
    expect(line).toMatchObject({
      read: { failingAddress: 0xffff888000000000, addressText: 'ffff888000000000', comm: '', isForkChild: false },
    });
  });

  test('of a second look', () => {
    expect(readEfaultLine('again 3 42 exec 1 3 ff')).toEqual({
      kind: 'again',
      again: { index: 3, tid: 42, where: 'exec', found: 'bytes', majorFaults: 3, timeNs: 255 },
    });
    expect(readEfaultLine('again 3 42 exit 2 0 ff')).toMatchObject({ again: { where: 'exit', found: 'zeros' } });
    expect(readEfaultLine('again 3 42 exit 0 0 ff')).toMatchObject({ again: { found: 'nothing' } });
  });

  test('of pages given back', () => {
    expect(readEfaultLine('advice 42 7f0000001000 2000 10')).toEqual({
      kind: 'advice',
      advice: { pid: 42, start: 0x7f0000001000, end: 0x7f0000003000, timeNs: 16 },
    });
  });

  test.each([
    '',
    'ready',
    'failed',
    'failed 1 2',
    'again 1 1 there 1 0 0',
    'again 1 1 exit 3 0 0',
    'advice 1 2 3',
    'failed 0 1 1 0 1 1 0 0 0 0 0 1 9 x',
  ])('that is none: %j', (text) => {
    expect(readEfaultLine(text)).toBeNull();
  });

  test('whatever comes, nothing is thrown', () => {
    fc.assert(fc.property(anyText(), (text) => readEfaultLine(text) === null || text.length > 8));
  });
});

test('the map of outcomes', () => {
  const number = (value: bigint): { kind: 'number'; value: bigint } => ({ kind: 'number', value });
  const map: MapSnapshot = {
    name: '@__jt_read',
    entries: [
      { key: '0,3', value: number(4n) },
      { key: '11, 0', value: number(276n) },
      { key: '0,9', value: number(1n) },
      { key: null, value: number(1n) },
      { key: '1,1', value: { kind: 'text', text: 'x' } },
    ],
  };
  expect(readOutcomeCounts(map)).toEqual([
    { index: 0, outcome: 'failed', count: 4 },
    { index: 11, outcome: 'read', count: 276 },
  ]);
  expect(countOf({ name: '@n', entries: [{ key: null, value: number(7n) }] })).toBe(7);
  expect(countOf({ name: '@n', entries: [] })).toBe(0);
});
