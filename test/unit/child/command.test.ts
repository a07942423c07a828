// Who gets a Ctrl-C of the terminal, from /proc/PID/stat.

import { expect, test } from 'vitest';
import { isForegroundStat } from '../../../src/child/command.ts';

test.each([
  ['in front', '12 (node) S 1 12 7 34816 12 4194304 0', true],
  ['behind another group', '12 (node) S 1 12 7 34816 99 4194304 0', false],
  ['without a terminal', '12 (node) S 1 12 7 0 -1 4194304 0', false],
  ['a name that looks like fields', '12 (a) S 1 5 5 5 5 (b) S 1 12 7 34816 99 4194304 0', false],
])('%s', (_, stat, expected) => {
  expect(isForegroundStat(stat)).toBe(expected);
});
