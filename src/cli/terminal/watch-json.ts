// What a watch tells → a line of JSON each (docs/watch.md has the schema; a change that breaks readers raises the version in `watching`).

import type { WatchEvent } from '../../model/watch.ts';
import { jsonText } from '../../outputs/json-text.ts';

const WATCH_VERSION = 1;

/** Without a newline. Times of day are UTC in ISO 8601. */
export function renderWatchJson(event: WatchEvent): string {
  const { kind, timeMs, ...rest } = event;
  const version = kind === 'watching' ? { version: WATCH_VERSION } : {};
  return jsonText({ kind, time: isoTime(timeMs), ...version, ...otherNames(rest) });
}

/** Times of day by name, spans in tenths of a millisecond: more is not known. */
function otherNames(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (name === 'fromMs' && typeof value === 'number') return ['from', isoTime(value)];
      return [name, name.endsWith('Ms') && typeof value === 'number' ? Math.round(value * 10) / 10 : value];
    }),
  );
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
