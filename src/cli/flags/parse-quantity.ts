// Text of an operator → a quantity with its unit, or a usage error that says what was wrong and what would be right.
// Every quantity has a range: a profile of a billion seconds is a typing mistake, and it is told as one.

import { OperatorError } from '../../model/errors.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';

/** Shorter than one clock tick of the kernel's cpu-clock nothing is sampled at any rate we allow. */
const MIN_DURATION_MS = 10;
/** A day: longer looks are what continuous profiling is for, and the profile is kept in memory. */
const MAX_DURATION_MS = 24 * 60 * 60 * 1000;
/** One sample copies up to --stack-bytes and costs 0.05 to 0.1 ms of a CPU: at 10 kHz nothing else would run. */
const MAX_RATE_HZ = 10_000;
/** Below, a profile says nothing, and one stack is more than a window's share; above, a sample costs more than there is time. */
const SAMPLE_BUDGET = { least: 10, most: 1_000_000 } as const;
const BYTE_BUDGET = { least: 1024 ** 2, most: 16 * 1024 ** 3 } as const;
/** Less than the frames of one call holds no stack; a page is what the kernel has at hand anyway. */
const MIN_STACK_BYTES = 1024;
/** The kernel's verifier takes a program that copies this much, and refuses 4 MiB (src/program/dialects.ts). */
const MAX_STACK_BYTES = 1024 * 1024;
/** Merged recordings stand where they were on the clock, and may lie a year apart. */
const MAX_AGE_MS = 366 * MAX_DURATION_MS;
/** A table is read by a person. */
const MAX_TOP_ROWS = 1000;

const DURATION_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, '': 1000, m: 60_000, min: 60_000, h: 3_600_000 };
const SIZE_UNITS_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1024,
  kib: 1024,
  m: 1048576,
  mb: 1048576,
  mib: 1048576,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
};

const DURATION_FORMS = 'durations are written 10s, 500ms, 2m or 1h; a plain number means seconds';
const AGE_FORMS = 'times since the start are written 2s, 500ms, 1m or 1h; a plain number means seconds';
const RATE_FORMS = `samples per second and CPU, 1 to ${MAX_RATE_HZ}; 99 is usual`;
const SIZE_FORMS = 'sizes are written 16k, 64KiB or 65536, from 1k to 1m';

/** `10s`, `500ms`, `2m`, `1h`, `1.5` → milliseconds. */
export function parseDuration(text: string): number {
  const [amount, unit] = splitQuantity(text);
  const factor = DURATION_UNITS_MS[unit];
  if (amount === null || factor === undefined) throw bad('duration', text, 'is no duration', DURATION_FORMS);
  const ms = Math.round(amount * factor);
  if (amount <= 0) throw bad('duration', text, 'must be more than zero', DURATION_FORMS);
  if (ms < MIN_DURATION_MS)
    throw bad('duration', text, `is too short to sample anything (least: ${MIN_DURATION_MS}ms)`, DURATION_FORMS);
  if (ms > MAX_DURATION_MS) throw bad('duration', text, 'is more than a day (most: 24h)', DURATION_FORMS);
  return ms;
}

/** `2s`, `500ms`, `0` → milliseconds since a start. */
export function parseAge(text: string): number {
  const [amount, unit] = splitQuantity(text);
  const factor = DURATION_UNITS_MS[unit];
  if (amount === null || factor === undefined) throw bad('time', text, 'is no time', AGE_FORMS);
  if (amount < 0 || amount * factor > MAX_AGE_MS) throw bad('time', text, 'is in no recording', AGE_FORMS);
  return amount * factor;
}

/** `1`, `0.5`, `2%` → percent. */
export function parsePercent(text: string): number {
  const match = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*%?\s*$/.exec(text);
  const percent = Number(match?.[1] ?? Number.NaN);
  if (!(percent >= 0 && percent <= 100)) throw bad('share', text, 'is no percentage', 'a number from 0 to 100');
  return percent;
}

/** `99` → samples a second. */
export function parseRate(text: string): number {
  const rate = parseInteger(text);
  if (rate === null) throw bad('rate', text, 'is no whole number', RATE_FORMS);
  if (rate < 1) throw bad('rate', text, 'would take no sample at all', RATE_FORMS);
  if (rate > MAX_RATE_HZ)
    throw bad('rate', text, `would leave the CPUs no time for anything else (most: ${MAX_RATE_HZ})`, RATE_FORMS);
  return rate;
}

/** `16k`, `64KiB`, `65536` → bytes; k and m are powers of 1024 however they are written. */
export function parseStackBytes(text: string): number {
  const [amount, unit] = splitQuantity(text);
  const factor = SIZE_UNITS_BYTES[unit];
  if (amount === null || factor === undefined) throw bad('size', text, 'is no size', SIZE_FORMS);
  const bytes = Math.round(amount * factor);
  if (bytes < MIN_STACK_BYTES) throw bad('size', text, 'is too small to hold a stack (least: 1k)', SIZE_FORMS);
  if (bytes > MAX_STACK_BYTES)
    throw bad('size', text, 'is more than the kernel lets a program copy at a tick (most: 1m)', SIZE_FORMS);
  return bytes;
}

/** `500` → samples a second. */
export function parseSampleBudget(text: string): number {
  const budget = parseInteger(text);
  const { least, most } = SAMPLE_BUDGET;
  if (budget === null || budget < least || budget > most)
    throw bad('budget', text, 'is no number of samples a second', `a whole number from ${least} to ${most}`);
  return budget;
}

/** `16m` → bytes a second. */
export function parseByteBudget(text: string): number {
  const [amount, unit] = splitQuantity(text);
  const factor = SIZE_UNITS_BYTES[unit];
  const { least, most } = BYTE_BUDGET;
  const bytes = amount === null || factor === undefined ? Number.NaN : Math.round(amount * factor);
  if (!(bytes >= least && bytes <= most))
    throw bad('budget', text, 'is no size a second', 'sizes are written 16m or 1g, from 1m to 16g');
  return bytes;
}

/** `512k` → bytes. */
export function parseIntervalBytes(text: string): number {
  const [amount, unit] = splitQuantity(text);
  const factor = SIZE_UNITS_BYTES[unit];
  const bytes = amount === null || factor === undefined ? Number.NaN : Math.round(amount * factor);
  if (!(bytes >= 0 && bytes <= BYTE_BUDGET.most))
    throw bad('size', text, 'is no size', 'sizes are written 64k, 1m or 65536, up to 16g');
  return bytes;
}

/** Rows of a table. */
export function parseTop(text: string): number {
  const rows = parseInteger(text);
  if (rows === null || rows < 0 || rows > MAX_TOP_ROWS) {
    throw bad('value', text, 'is no number of rows', `a whole number from 0 to ${MAX_TOP_ROWS}`);
  }
  return rows;
}

/** A path as given; only the empty one is refused. */
export function parsePath(text: string): string {
  if (text === '') throw new OperatorError('usage', 'an empty file name was given', 'is a variable of your shell not set?');
  if (text.includes('\0')) throw bad('file name', text, 'has a NUL in it', 'no file can have such a name');
  return text;
}

function splitQuantity(text: string): readonly [number | null, string] {
  const match = /^\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const amount = match?.[1] === undefined ? Number.NaN : Number(match[1]);
  return [Number.isFinite(amount) ? amount : null, match?.[2]?.toLowerCase() ?? ''];
}

function parseInteger(text: string): number | null {
  const value = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}

function bad(what: string, text: string, why: string, hint: string): OperatorError {
  return new OperatorError('usage', `the ${what} '${escapeForTerminal(text, 40)}' ${why}`, hint);
}
