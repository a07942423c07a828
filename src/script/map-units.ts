// What the numbers of a program's maps are of, as far as its text tells: `count()` counts events, a name or an argument often says the unit. Told
// only where it is certain enough to stand behind a number; '' elsewhere.

import type { Aggregation } from './aggregation.ts';

/** Words of names, `@read_bytes`, `@us`: what they mean. */
const OF_NAMES: Readonly<Record<string, string>> = {
  bytes: 'bytes',
  ns: 'nanoseconds',
  nsecs: 'nanoseconds',
  us: 'microseconds',
  usecs: 'microseconds',
  ms: 'milliseconds',
  msecs: 'milliseconds',
  secs: 'seconds',
  pages: 'pages',
};
/** What a difference of `nsecs` is divided by. */
const OF_DIVISORS: Readonly<Record<string, string>> = {
  '1': 'nanoseconds',
  '1000': 'microseconds',
  '1000000': 'milliseconds',
  '1000000000': 'seconds',
};
/** `nsecs - @start[tid]`, in parentheses or not, divided by a round number or not. */
const TIME = /^\(*\s*(?:nsecs|elapsed)\s*-[^/*]*?(?:\/\s*(\d+))?\s*\)*$/u;
/** What is longer is no such difference; and the pattern takes time with the square of a length. */
const LONGEST_TIME = 200;

/** `argument`: of the function that fills the map; `name` with its `@`. */
export function mapUnit(name: string, aggregation: Aggregation, argument: string): string {
  if (aggregation === 'count') return 'events';
  const text = argument.trim();
  const divisor = text.length > LONGEST_TIME ? null : TIME.exec(text);
  if (divisor !== null) return OF_DIVISORS[divisor[1] ?? '1'] ?? '';
  const last = name.slice(1).toLowerCase().split('_').at(-1) ?? '';
  return OF_NAMES[last] ?? '';
}
