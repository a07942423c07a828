// Lines of the program of `jtrace watch`, and lines that are none.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBirthRecord } from '../../../src/bpftrace/birth-records.ts';
import { anyText } from '../../support/any-text.ts';

test.each([
  [
    'jw J 14058 4711 14057 811 13996342251730',
    { kind: 'mapped', ns: 14058, pid: 4711, openedNs: 14057, parent: 811, startTicks: 1399634 },
  ],
  ['jw J 14058 4711 0 811 9999999', { kind: 'mapped', ns: 14058, pid: 4711, openedNs: null, parent: 811, startTicks: 0 }],
  ['jw N 5 4711', { kind: 'thread', ns: 5, pid: 4711, thread: 'notification' }],
  ['jw W 5 4711', { kind: 'thread', ns: 5, pid: 4711, thread: 'periodic' }],
  ['jw X 5 4711', { kind: 'exec', ns: 5, pid: 4711 }],
  ['jw E 5 4711', { kind: 'exit', ns: 5, pid: 4711 }],
  ['jw H 5', { kind: 'heartbeat', ns: 5 }],
])('%s', (line, record) => {
  expect(parseBirthRecord(line)).toEqual(record);
});

test.each([
  '',
  'jw',
  'jw E',
  'jw E 5',
  'jw E 5 6 7',
  'jw H 5 6',
  'jw J 1 2 3',
  'jw Q 1',
  'jw E -5 4',
  'jw E 5 4 ',
  'Lost 3 events',
  ' jw H 5',
])('%j is no record', (line) => {
  expect(parseBirthRecord(line)).toBeNull();
});

test('any line', () => {
  fc.assert(fc.property(anyText(), (line) => void parseBirthRecord(`jw ${line}`)));
});
