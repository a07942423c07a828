// JSON against a shape, strictly: a missing member, one too many, or a value of another type fails with its path. For formats whose
// schema others have documented.

import { inspect } from 'node:util';
import { isRecord } from './is-record.ts';

/** What it gives does not matter: it throws, or not. */
export type Check = (value: unknown, path: string) => unknown;

function fail(path: string, value: unknown, wanted: string): never {
  throw new Error(`${path}: ${wanted} wanted, not ${inspect(value).slice(0, 100)}`);
}

export const isText: Check = (value, path) => typeof value === 'string' || fail(path, value, 'a text');
export const isFlag: Check = (value, path) => typeof value === 'boolean' || fail(path, value, 'true or false');
export const isNumber: Check = (value, path) => Number.isFinite(value) || fail(path, value, 'a number');
export const isIndex =
  (below: number): Check =>
  (value, path) =>
    (Number.isInteger(value) && Number(value) >= 0 && Number(value) < below) || fail(path, value, `an index below ${below}`);
export const orNull =
  (check: Check): Check =>
  (value, path) =>
    value === null || check(value, path);
export const isOneOf =
  (...values: readonly unknown[]): Check =>
  (value, path) =>
    values.includes(value) || fail(path, value, `one of ${values.join()}`);

export function isList(check: Check, length?: number): Check {
  return (value, path) => {
    if (!Array.isArray(value)) fail(path, value, 'a list');
    if (length !== undefined && value.length !== length) fail(path, value.length, `${length} values`);
    value.forEach((one, i) => check(one, `${path}[${i}]`));
  };
}

/** Members whose name ends in `?` may be missing. */
export function hasShape(shape: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    if (!isRecord(value)) fail(path, value, 'an object');
    for (const [key, check] of Object.entries(shape)) {
      const name = key.replace(/\?$/, '');
      if (Object.hasOwn(value, name)) check(value[name], `${path}.${name}`);
      else if (!key.endsWith('?')) fail(`${path}.${name}`, undefined, 'a value');
    }
    const more = Object.keys(value).filter((name) => !Object.hasOwn(shape, name) && !Object.hasOwn(shape, `${name}?`));
    if (more.length > 0) fail(path, more, 'no other members');
  };
}

/** A table in columns of one length, which its `length` says. */
export function isTable(columns: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    const length = isRecord(value) ? Number(value['length']) : 0;
    hasShape({ ...Object.fromEntries(Object.entries(columns).map(([name, check]) => [name, isList(check, length)])), length: isNumber })(value, path); // prettier-ignore
  };
}
