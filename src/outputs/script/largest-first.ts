// Entries of a map by size, the largest first: bpftrace prints them the other way round, for a terminal that scrolls.

import type { MapEntry, ScriptValue } from '../../model/script.ts';

const WHOLE_NUMBER = /^-?\d{1,18}$/;

/** What an entry is sorted and drawn by: the number, the total, how many values; null: it is no amount. */
export function amountOf(value: ScriptValue): bigint | null {
  switch (value.kind) {
    case 'number':
      return value.value;
    case 'stats':
      return value.total;
    case 'histogram':
      return value.buckets.reduce((sum, { count }) => sum + count, 0n);
    case 'text':
    case 'tuple':
    case 'stack':
      return null;
    default:
      return value satisfies never;
  }
}

/** Equal ones by key, so that a table that is drawn anew stands still. */
export function largestFirst(entries: readonly MapEntry[]): readonly MapEntry[] {
  return entries
    .map((entry) => ({ entry, amount: amountOf(entry.value) }))
    .sort((a, b) => descending(a.amount, b.amount) || byKey(a.entry.key ?? '', b.entry.key ?? ''))
    .map(({ entry }) => entry);
}

function descending(a: bigint | null, b: bigint | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a > b ? -1 : a < b ? 1 : 0;
}

function byKey(a: string, b: string): number {
  if (WHOLE_NUMBER.test(a) && WHOLE_NUMBER.test(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}
