// One line of `bpftrace -f json` → what it tells, or null for nothing. Never throws: what is no record is a message, in its own words.

import type { ScriptEvent } from '../model/script.ts';
import { type JsonField, type JsonValue, readJson } from './json-reader.ts';
import { isNoise, lostEvents } from './noise.ts';
import type { ScriptDialect } from './script-dialect.ts';
import { mapOf, valueOf } from './script-values.ts';

export type ScriptRecord =
  | Extract<ScriptEvent, { readonly kind: 'text' | 'map' | 'value' | 'lost' | 'message' }>
  /** Before they are attached (0.17, 0.23) or after. */
  | { readonly kind: 'probes'; readonly count: number };

/** Of what is no record, shown: a map whose printing crashed can be long. */
const MAX_MESSAGE_CHARS = 2000;
/** 0.17 does not quote times, so that commas and brackets in one are no JSON: the whole rest is the value then. */
const BARE_VALUE = /^\{"type": "value", "data": ([^"[{].*)\}$/s;
const BARE_MAP = /^\{"type": "map", "data": \{"(@\w*)": ([^"[{].*)\}\}$/s;
/** E2BIG, of map_update_elem: words that are the same in every version. */
const MAP_FULL = { helper: 'map_update_elem', code: -7n } as const;

/** `isCut`: only the beginning of a line that was too long. */
export function readScriptLine(line: Uint8Array, dialect: ScriptDialect, isCut = false): ScriptRecord | null {
  if (line.length === 0) return null;
  if (isCut) return { kind: 'message', text: `a line of bpftrace is too long and was left out: ${textOf(line)}`, isLoss: true };
  const json = readJson(line);
  const record = json?.kind === 'object' ? recordOf(json.fields, dialect) : null;
  return record ?? foreignLine(textOf(line));
}

function recordOf(fields: readonly JsonField[], dialect: ScriptDialect): ScriptRecord | null {
  const field = (name: string): JsonValue | undefined => fields.find((candidate) => candidate.name === name)?.value;
  const type = wordOf(field('type'));
  const data = field('data');
  switch (type) {
    case 'printf':
    case 'time':
    case 'cat':
    case 'syscall': {
      const text = wordOf(data);
      return text === null ? null : { kind: 'text', text };
    }
    case 'join': {
      // In text it ends its line.
      const text = wordOf(data);
      return text === null ? null : { kind: 'text', text: `${text}\n` };
    }
    case 'value':
      return data === undefined ? null : { kind: 'value', value: valueOf(data, dialect) };
    case 'map':
    case 'hist':
    case 'stats':
    case 'tseries': {
      const map = data === undefined ? null : mapOf(data, type, dialect);
      return map === null ? null : { kind: 'map', map };
    }
    case 'attached_probes':
    case 'lost_events': {
      const [first] = data?.kind === 'object' ? data.fields : [];
      if (first?.value.kind !== 'number') return null;
      const count = Number(first.value.value);
      return type === 'lost_events' ? { kind: 'lost', count } : { kind: 'probes', count };
    }
    case 'helper_error':
    case 'runtime_error':
      return { kind: 'message', text: complaint(type, field) };
    case 'warnf':
    case 'errorf':
      return { kind: 'message', text: complaint(type, field), isProgram: true };
    default:
      return null;
  }
}

/** As bpftrace's text has it, so that its place can be told from it: `stdin:1:18: WARNING: …`. */
function complaint(type: string, field: (name: string) => JsonValue | undefined): string {
  const number = (name: string): bigint | null => {
    const value = field(name);
    return value?.kind === 'number' ? value.value : null;
  };
  const [line, column, code] = [number('line'), number('col'), number('retcode')];
  const place = line === null ? '' : `${wordOf(field('filename')) ?? 'stdin'}:${String(line)}:${String(column ?? 1)}: `;
  const level = type === 'errorf' ? 'ERROR' : 'WARNING';
  const helper = wordOf(field('helper'));
  const words = (wordOf(field('msg')) ?? '').trimEnd();
  if (helper === MAP_FULL.helper && code === MAP_FULL.code) return `${place}${level}: Map full; can't update element`;
  const failed = helper === null ? '' : `Failed to ${helper}: `;
  return `${place}${level}: ${failed}${words}${code === null ? '' : `${words === '' ? '' : ' '}(${String(code)})`}`;
}

function foreignLine(text: string): ScriptRecord | null {
  const lost = lostEvents(text);
  if (lost !== null) return { kind: 'lost', count: lost };
  const value = BARE_VALUE.exec(text)?.[1];
  if (value !== undefined) return { kind: 'value', value: { kind: 'text', text: value } };
  const [, name, held] = BARE_MAP.exec(text) ?? [];
  if (name !== undefined && held !== undefined)
    return { kind: 'map', map: { name, entries: [{ key: null, value: { kind: 'text', text: held } }] } };
  return isNoise(text) ? null : { kind: 'message', text };
}

/** The text of a string; null: it is none. */
function wordOf(json: JsonValue | undefined): string | null {
  return json?.kind === 'text' && json.isQuoted ? json.text : null;
}

function textOf(line: Uint8Array): string {
  const text = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, MAX_MESSAGE_CHARS * 4)).toString('utf8');
  return text.length > MAX_MESSAGE_CHARS ? `${text.slice(0, MAX_MESSAGE_CHARS)}…` : text;
}
