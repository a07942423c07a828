// Codelets by what HotSpot calls them.

import { expect, test } from 'vitest';
import { isMethodEntry } from '../../../../src/unwind/hotspot/codelets.ts';

test.each([
  ['method entry point (kind = zerolocals)', true], // JDK 8 and on
  ['method entry point (kind = native)', true], // up to 20
  ['native method entry point (kind = native_synchronized)', true], // 21 and on
  ['return entry points', false],
  ['deoptimization entry points', false],
  ['invokevirtual', false],
])('%s', (description, isEntry) => {
  expect(isMethodEntry({ start: 0, end: 1, description })).toBe(isEntry);
});
