// Lines that say what an event was measured to be, and what else is known of it then.

import { expect, test } from 'vitest';
import { parseOutput } from './parse-output.ts';

const COMM = '61 6e 73 77 65 72 69 6e 67 00 00 00 00 00 00 00';

test.each([
  ['W 11 7 500', 'weight 11 7 500'],
  ['D 11 7 500 0', 'weight 11 7 500 {"doing":"running"}'],
  ['D 11 7 500 1', 'weight 11 7 500 {"doing":"blocked"}'],
  ['D 11 7 500 2', 'weight 11 7 500 {"doing":"preempted"}'],
  [`T 11 7 500 1 4 5 1 ${COMM}`, 'weight 11 7 500 {"waker":{"kind":"thread","pid":4,"tid":5,"comm":"answering"}}'],
  [`T 11 7 500 3 4 5 1 ${COMM}`, 'weight 11 7 500 {"waker":{"kind":"kernel-thread","pid":4,"tid":5,"comm":"answering"}}'],
  [`T 11 7 500 2 4 5 1 ${COMM}`, 'weight 11 7 500 {"waker":{"kind":"interrupt"}}'],
  // Its memory is another thread's by now.
  [`T 11 7 500 1 4 5 0 ${COMM}`, 'weight 11 7 500 {"waker":{"kind":"thread","pid":4,"tid":5,"comm":""}}'],
  // Nobody's wake was seen.
  [`T 11 7 500 0 0 0 1 ${COMM}`, 'weight 11 7 500'],
  // Shares of a weight, and labels: the bytes of a text or of a piece of one, or none.
  ['V 11 7 500 9', 'share 11 7 500 time-to-safepoint'],
  ['N 11 7 0 41 c3', 'label 11 7 class A\u00c3'],
  ['L 7', 'unnoted 7'],
  ['N 11 7 4', 'label 11 7 collection '],
])('%s', (line, told) => {
  expect(parseOutput(`${line}\n`, 128).events).toEqual([told]);
});

test.each([
  'D 11 7 500',
  'D 11 7 500 3',
  'D 11 7 500 1 1',
  'T 11 7 500 1 4 5',
  'T 11 7 500 1 4 5 1',
  `T 11 7 500 1 4 5 1 ${COMM} 00`,
  'T 1 2 3 1 4 5 1 zz',
  'V 11 7 500 10',
  'V 11 7 500',
  'L',
  'L 7 8',
  'N 11 7 10 41',
  `N 11 7 0${' 41'.repeat(65)}`,
])('%s is damage', (line) => {
  expect(parseOutput(`${line}\n`, 128).events).toEqual([`other ${line}`]);
});
