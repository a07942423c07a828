// What a program says → JSON lines (docs/run-json.md): a record for each event, in order, and one that sums up. Every number of the
// program's is a decimal string, whatever its size; numbers of jtrace's own (counts of events, milliseconds) are JSON numbers.

import type { LoadedObjects } from '../../model/loaded.ts';
import type { HistogramBucket, MapEntry, ScriptEvent, ScriptValue } from '../../model/script.ts';
import { jsonText } from '../json-text.ts';
import { entryParts } from './key-parts.ts';
import type { FactsOfMaps, MapFacts, ScriptResult } from '../../model/script-result.ts';

/** The line of an event, with its end; '' of an event that the summary tells of. */
export function eventLine(event: ScriptEvent, facts: FactsOfMaps): string {
  switch (event.kind) {
    case 'ready':
      return line({ type: 'ready', probes: event.probes });
    case 'text':
      return line({ type: 'text', text: event.text });
    case 'map': {
      const { name, entries } = event.map;
      return line({ type: 'map', name, entries: entries.map((entry) => entryJson(entry, facts.get(name))) });
    }
    case 'value':
      return line({ type: 'value', value: valueJson(event.value) });
    case 'lost':
      return line({ type: 'lost', events: event.count });
    case 'message':
      return line({ type: 'message', text: event.text });
    case 'failed':
      return line({ type: 'failed', message: event.error.message, hint: event.error.hint });
    case 'stopped':
      return '';
    default:
      return event satisfies never;
  }
}

/** Before the last line, with `--show-loaded`. */
export function loadedLine({ programs, maps }: LoadedObjects): string {
  return line({ type: 'loaded', programs, maps });
}

/** The last line. */
export function summaryLine(
  { source, maps, lostEvents, probes, durationMs, bpftraceVersion }: ScriptResult,
  exitCode: number,
): string {
  return line({
    type: 'summary',
    version: 1,
    program: source.name,
    probes,
    durationMs: Math.round(durationMs),
    lostEvents,
    maps: maps.map(({ name }) => name),
    bpftraceVersion,
    exitCode,
  });
}

function line(record: unknown): string {
  return `${jsonText(record)}\n`;
}

/** `parts`: null where the parts of the key cannot be told apart; a stack is a list of its frames. */
function entryJson(entry: MapEntry, facts: MapFacts | undefined): unknown {
  const { key, value } = entry;
  const { parts, isExact } = entryParts(entry, facts);
  const known = parts.map((part) => (part.kind === 'stack' ? part.frames : part.text));
  return { key, parts: isExact ? known : null, value: valueJson(value) };
}

/** An object with one member, whose name says what the value is. */
function valueJson(value: ScriptValue): unknown {
  switch (value.kind) {
    case 'number':
      return { number: String(value.value) };
    case 'text':
      return { text: value.text };
    case 'stack':
      return { stack: value.frames };
    case 'tuple':
      return { tuple: value.values.map(valueJson) };
    case 'histogram':
      return { histogram: value.buckets.map(bucketJson) };
    case 'stats':
      return { stats: { count: String(value.count), average: String(value.average), total: String(value.total) } };
    default:
      return value satisfies never;
  }
}

function bucketJson({ min, max, count }: HistogramBucket): unknown {
  return { min: min === null ? null : String(min), max: max === null ? null : String(max), count: String(count) };
}
