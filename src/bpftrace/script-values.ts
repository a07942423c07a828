// What a record of bpftrace's JSON holds → values and maps of the model. Versions are made alike where that can be done: numbers in quotes,
// keys escaped twice, indented stacks in keys, entries out of order, edges of histograms that overflowed.
// Cannot be told from the JSON, and not guessed: a struct in a map without keys is a map of its fields; `buf()` of 0.24 and later is a
// tuple of bytes; since 0.24 the blanks of a key are gone, and with them whether two keys are one.

import type { HistogramBucket, MapEntry, MapSnapshot, ScriptValue } from '../model/script.ts';
import type { JsonField, JsonValue } from './json-reader.ts';
import { unescapeJson } from './json-text.ts';
import type { ScriptDialect } from './script-dialect.ts';

/** A number in quotes: 64 bits have 20 digits at most, 53 bits at least 16. */
const QUOTED_NUMBER = /^-?[1-9]\d{15,19}$/;
/** `kstack` and `ustack` as values: every line is indented by 8 blanks (by a tab in perf's form), and ends. */
const STACK = /^\n(?:(?: {4,}|\t)[^\n]+\n)+$/;
/** Of a thread without user memory, or whose could not be read. */
const EMPTY_STACK = '\n';
/** Lines of a stack in a key: 4 blanks on 0.17, 8 on 0.23, none later. */
const KEY_INDENT = /\n(?: {8}| {4})(?=\S)/g;
/** What 0.17 prints for a bucket from 2^31 on: 1 << 31, and (1 << 32) - 1, in 32 bits. */
const OVERFLOWN_MIN = -(2n ** 31n);
const FIRST_OVERFLOWN = 2n ** 31n;

/** A map's record; null: it is none. `type`: as the record calls itself. */
export function mapOf(data: JsonValue, type: string, dialect: ScriptDialect): MapSnapshot | null {
  const [map, ...others] = data.kind === 'object' ? data.fields : [];
  if (map === undefined || others.length > 0 || !map.name.startsWith('@')) return null;
  const { name, value } = map;
  const isKeyed = value.kind === 'object' && !(type === 'stats' && isStats(value.fields));
  if (!isKeyed) return { name, entries: [{ key: null, value: valueIn(value, type, dialect) }] };
  const entries = value.fields.map((field) => ({ key: keyOf(field.name, dialect), value: valueIn(field.value, type, dialect) }));
  return { name, entries: inOrder(entries) };
}

/** Any other value. */
export function valueOf(json: JsonValue, dialect: ScriptDialect): ScriptValue {
  switch (json.kind) {
    case 'number':
      return { kind: 'number', value: json.value };
    case 'text':
      return textValue(json.text, json.isQuoted, dialect);
    case 'list':
      return json.values.length > 0 && json.values.every(isBucket)
        ? histogram(json.values, dialect)
        : { kind: 'tuple', values: json.values.map((value) => valueOf(value, dialect)) };
    case 'object':
      return isStats(json.fields) ? statsOf(json.fields, dialect) : objectValue(json.fields, dialect);
    default:
      return json satisfies never;
  }
}

function valueIn(json: JsonValue, type: string, dialect: ScriptDialect): ScriptValue {
  // One whose counts were all taken away has no buckets.
  if (type === 'hist' && json.kind === 'list') return histogram(json.values, dialect);
  return valueOf(json, dialect);
}

function textValue(text: string, isQuoted: boolean, dialect: ScriptDialect): ScriptValue {
  if (isQuoted && dialect.quotesLargeNumbers && QUOTED_NUMBER.test(text) && BigInt(Number(text)) !== BigInt(text))
    return { kind: 'number', value: BigInt(text) };
  if (text === EMPTY_STACK) return { kind: 'stack', frames: [] };
  if (!STACK.test(text)) return { kind: 'text', text };
  return { kind: 'stack', frames: text.slice(1, -1).split('\n').map((line) => line.trimStart()) }; // prettier-ignore
}

function keyOf(name: string, { keysEscapedTwice }: ScriptDialect): string {
  const key = keysEscapedTwice ? unescapeJson(Buffer.from(name)) : name;
  return key.startsWith('\n') || key.includes(',\n') ? key.replaceAll(KEY_INDENT, '\n') : key;
}

/** 0.27 sorts values of less than 64 bits wrongly. Others stay as they came. */
function inOrder(entries: readonly MapEntry[]): readonly MapEntry[] {
  const numbers = entries.flatMap((entry) => (entry.value.kind === 'number' ? [{ entry, value: entry.value.value }] : []));
  if (numbers.length < entries.length) return entries;
  return numbers.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0)).map(({ entry }) => entry);
}

/** The three in bpftrace's order; averages by three keys of these names would be in the order of their values. */
function isStats(fields: readonly JsonField[]): boolean {
  return fields.length === 3 && ['count', 'average', 'total'].every((name, at) => fields[at]?.name === name);
}

function statsOf(fields: readonly JsonField[], dialect: ScriptDialect): ScriptValue {
  const [count, average, total] = fields.map(({ value }) => numberOf(value, dialect));
  if (count == null || average == null || total == null) return objectValue(fields, dialect);
  return { kind: 'stats', count, average, total };
}

function isBucket(json: JsonValue): boolean {
  if (json.kind !== 'object') return false;
  const names = json.fields.map(({ name }) => name);
  return names.at(-1) === 'count' && names.length > 1 && names.slice(0, -1).every((name) => name === 'min' || name === 'max');
}

function histogram(buckets: readonly JsonValue[], dialect: ScriptDialect): ScriptValue {
  const read = buckets.map((bucket) => (isBucket(bucket) && bucket.kind === 'object' ? bucketOf(bucket.fields, dialect) : null));
  if (read.every((bucket) => bucket !== null)) return { kind: 'histogram', buckets: read };
  return { kind: 'tuple', values: buckets.map((bucket) => valueOf(bucket, dialect)) };
}

function bucketOf(fields: readonly JsonField[], dialect: ScriptDialect): HistogramBucket | null {
  const edge = (name: string): bigint | null => {
    const field = fields.find((candidate) => candidate.name === name);
    return field === undefined ? null : numberOf(field.value, dialect);
  };
  const [min, max, count] = [edge('min'), edge('max'), edge('count')];
  if (count === null) return null;
  if (dialect.histogramsEndAt32Bits && min === OVERFLOWN_MIN && max === 0n) return { min: FIRST_OVERFLOWN, max: null, count };
  return { min, max, count };
}

function numberOf(json: JsonValue, dialect: ScriptDialect): bigint | null {
  const value = json.kind === 'number' || json.kind === 'text' ? valueOf(json, dialect) : null;
  return value?.kind === 'number' ? value.value : null;
}

/** A struct, or a step of `tseries`: the model has neither. As bpftrace's own text has it. */
function objectValue(fields: readonly JsonField[], dialect: ScriptDialect): ScriptValue {
  const shown = fields.map(({ name, value }) => `.${name} = ${plain(valueOf(value, dialect))}`);
  return { kind: 'text', text: `{ ${shown.join(', ')} }` };
}

function plain(value: ScriptValue): string {
  switch (value.kind) {
    case 'number':
      return String(value.value);
    case 'text':
      return value.text;
    case 'tuple':
      return `[${value.values.map(plain).join(',')}]`;
    case 'stack':
      return value.frames.join(' ');
    case 'histogram':
    case 'stats':
      return value.kind; // in no struct
    default:
      return value satisfies never;
  }
}
