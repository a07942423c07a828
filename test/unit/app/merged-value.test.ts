// Two entries that are one stack to the reader → one, as the function that filled the map would have it.

import { expect, test } from 'vitest';
import { mergedValue } from '../../../src/app/merged-value.ts';
import type { ScriptValue } from '../../../src/model/script.ts';

const number = (value: bigint): ScriptValue => ({ kind: 'number', value });

test.each([
  ['count', 3n, 4n, 7n],
  ['sum', -3n, 4n, 1n],
  ['min', 3n, -4n, -4n],
  ['max', 3n, -4n, 3n],
  ['added', 3n, -4n, -1n],
] as const)('%s', (kind, before, after, merged) => {
  expect(mergedValue(kind, number(before), number(after))).toEqual(number(merged));
});

test.each(['value', 'avg'] as const)('%s: nothing is put together', (kind) => {
  expect(mergedValue(kind, number(3n), number(3n))).toBe(null);
  expect(mergedValue('count', number(3n), { kind: 'text', text: '' })).toBe(null);
});

test('stats: the average is of all', () => {
  const stats = (count: bigint, total: bigint, average: bigint): ScriptValue => ({ kind: 'stats', count, total, average });
  expect(mergedValue('stats', stats(1n, 10n, 10n), stats(3n, 2n, 0n))).toEqual(stats(4n, 12n, 3n));
  expect(mergedValue('stats', stats(0n, 0n, 0n), stats(0n, 0n, 0n))).toEqual(stats(0n, 0n, 0n));
});

test('hist: buckets of the same edges', () => {
  const hist = (...buckets: readonly (readonly [bigint | null, bigint])[]): ScriptValue => ({
    kind: 'histogram',
    buckets: buckets.map(([min, count]) => ({ min, max: min === null ? -1n : min * 2n, count })),
  });
  expect(mergedValue('hist', hist([4n, 1n], [8n, 2n]), hist([null, 5n], [2n, 1n], [4n, 7n]))).toEqual(
    hist([null, 5n], [2n, 1n], [4n, 8n], [8n, 2n]),
  );
});
