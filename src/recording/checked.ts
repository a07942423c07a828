// Parts of parsed JSON → values of the type and range that is expected, or Damage that names the part.

import { Damage } from './units.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Damage(`${what} is no object`);
  return value as Fields; // an object of JSON
}

export function listOf(value: unknown, atMost: number, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Damage(`${what} is no list`);
  if (value.length > atMost) throw new Damage(`${what} has more than ${String(atMost)} rows`);
  return value;
}

export function textOf(value: unknown, atMost: number, what: string): string {
  if (typeof value !== 'string') throw new Damage(`${what} is no text`);
  if (value.length > atMost) throw new Damage(`${what} is longer than ${String(atMost)} characters`);
  return value;
}

/** A whole number in a range. */
export function wholeOf(value: unknown, least: number, most: number, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new Damage(`${what} is no whole number from ${String(least)} to ${String(most)}`);
}

export function numberOf(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Damage(`${what} is no number`);
}

/** A number that is not below 0, whole or not. */
export function amountOf(value: unknown, most: number, what: string): number {
  const amount = numberOf(value, what);
  if (amount >= 0 && amount <= most) return amount;
  throw new Damage(`${what} is no number from 0 to ${String(most)}`);
}

/** One of the words that are the keys of `known`. */
export function wordOf<Word extends string>(value: unknown, known: Readonly<Record<Word, true>>, what: string): Word {
  if (typeof value === 'string' && Object.hasOwn(known, value)) return value as Word; // a key of it
  throw new Damage(`${what} is none that is known`);
}

/** A column of `count` values: a list, or one value for all rows. `check` is given each. */
export function columnOf(table: Fields, name: string, count: number, check: (value: unknown, what: string) => number): number[] {
  const column = table[name];
  if (!Array.isArray(column)) return new Array<number>(count).fill(check(column, name));
  if (column.length !== count) throw new Damage(`the column ${name} has ${String(column.length)} rows, not ${String(count)}`);
  return column.map((value: unknown) => check(value, name));
}
