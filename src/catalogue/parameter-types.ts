// The types of parameters: what an operator types → the value that a template's placeholder takes. One row each; a text that fits no
// row's type is an operator's error with the forms that would. Escaping is src/program/escape.ts's.

import type { PlaceholderType } from '../program/escape.ts';
import type { TemplateValue } from '../program/escape.ts';

export type ParsedText =
  | { readonly kind: 'value'; readonly value: TemplateValue }
  /** `is no duration`: continues the text that was given. */
  | { readonly kind: 'refused'; readonly why: string };

interface TypeRow {
  /** How its placeholders may end, and be typed: `{{minNs:uint}}` of `--min`. The first that fits. */
  readonly placeholders: Readonly<Record<string, readonly PlaceholderType[]>>;
  /** What is right, for the hint of an error and for help. */
  readonly forms: string;
  /** `suffix`: of the placeholder, a key of `placeholders`. */
  readonly parse: (text: string, suffix: string) => ParsedText;
}

/** A day: what is slower than that is not waited for. */
const MAX_DURATION_NS = 86_400_000_000_000;
const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1, us: 1000, µs: 1000, ms: 1_000_000, s: 1_000_000_000, '': 1_000_000_000, m: 60_000_000_000, h: 3_600_000_000_000,
}; // prettier-ignore
const BYTES: Readonly<Record<string, number>> = {
  '': 1, b: 1, k: 1024, kb: 1024, kib: 1024, m: 1024 ** 2, mb: 1024 ** 2, mib: 1024 ** 2, g: 1024 ** 3, gb: 1024 ** 3, gib: 1024 ** 3,
}; // prettier-ignore
/** Unit of a placeholder → nanoseconds. */
const DURATION_SUFFIXES: Readonly<Record<string, number>> = { Ns: 1, Us: 1000, Ms: 1_000_000, S: 1_000_000_000 };
/** The longest literal that 0.17 takes, whatever BPFTRACE_STRLEN says; one byte of 64 is the terminator's. */
const MAX_TEXT_BYTES = 63;
/** No number that anybody types is longer; regular expressions need not look at megabytes. */
const MAX_NUMBER_CHARS = 40;

export const PARAMETER_TYPES = {
  uint: {
    placeholders: { '': ['uint'] },
    forms: 'a whole number from 0 on',
    parse: (text) => wholeNumber(text, Number.MAX_SAFE_INTEGER, 'is no whole number'),
  },
  text: {
    placeholders: { '': ['string'] },
    forms: `a text of at most ${MAX_TEXT_BYTES} bytes`,
    parse: boundedText,
  },
  duration: {
    placeholders: { Ns: ['uint'], Us: ['uint'], Ms: ['uint'], S: ['uint'] },
    forms: 'durations are written 10us, 1.5ms, 2s or 1m; a plain number means seconds',
    parse: parseDuration,
  },
  size: {
    placeholders: { Bytes: ['uint'] },
    forms: 'sizes are written 4096, 64k, 1MiB or 2g',
    parse: (text) => {
      const bytes = quantity(text, BYTES);
      return bytes === null || !Number.isSafeInteger(bytes) ? refused('is no size') : taken(bytes);
    },
  },
  path: {
    placeholders: { '': ['probe-path', 'string'] },
    forms: 'the absolute path of a file: letters, digits and . _ + - @ between its slashes',
    parse: (text) =>
      text.length < 4096 && /^(\/[A-Za-z0-9_.+-][A-Za-z0-9_.@+-]*)+$/.test(text)
        ? taken(text)
        : refused('is no absolute path that can stand in a probe'),
  },
  symbol: {
    placeholders: { '': ['symbol'] },
    forms: 'the name of a function as the symbol table has it',
    parse: (text) =>
      text.length < 1000 && /^[A-Za-z_.][A-Za-z0-9_.]*$/.test(text) ? taken(text) : refused('is no name of a function'),
  },
} as const satisfies Record<string, TypeRow>;

export type ParameterType = keyof typeof PARAMETER_TYPES;

/** The row of a type, its own literal types forgotten. */
export function parameterType(type: ParameterType): TypeRow {
  return PARAMETER_TYPES[type];
}

export function isParameterType(text: string): text is ParameterType {
  return Object.hasOwn(PARAMETER_TYPES, text);
}

function parseDuration(text: string, suffix: string): ParsedText {
  const ns = quantity(text, NANOSECONDS);
  if (ns === null || ns > MAX_DURATION_NS) return refused('is no duration');
  const value = Math.round(ns) / (DURATION_SUFFIXES[suffix] ?? 1);
  return Number.isSafeInteger(value) ? taken(value) : refused(`is no whole number of ${suffix.toLowerCase()}`);
}

function quantity(text: string, units: Readonly<Record<string, number>>): number | null {
  if (text.length > MAX_NUMBER_CHARS) return null;
  const match = /^(\d+(?:\.\d*)?|\.\d+) ?([a-zµ]*)$/i.exec(text.trim());
  const unit = match?.[2]?.toLowerCase() ?? '';
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return match === null || factor === undefined ? null : Number(match[1]) * factor;
}

function wholeNumber(text: string, most: number, why: string): ParsedText {
  const value = text.length <= MAX_NUMBER_CHARS && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= 0 && value <= most ? taken(value) : refused(why);
}

function boundedText(text: string): ParsedText {
  if (text.includes('\0')) return refused('has a NUL in it');
  return text.length <= MAX_TEXT_BYTES && Buffer.byteLength(text) <= MAX_TEXT_BYTES
    ? taken(text)
    : refused(`is longer than ${MAX_TEXT_BYTES} bytes`);
}

function taken(value: TemplateValue): ParsedText {
  return { kind: 'value', value };
}

function refused(why: string): ParsedText {
  return { kind: 'refused', why };
}
